create database synapse owner ferry;

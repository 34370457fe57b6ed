-- From version 20 to 21: what is looked up for one event, or listed newest first, is found without reading a table.
create index outgoing_event on ferry.outgoing (event) where event is not null;
create index webhook_delivery_message on ferry.webhook_delivery (message);

#!/bin/sh
# Run as root in PostgreSQL's image, before PostgreSQL: a certificate for the name by which other
# containers know the server, and the authority that vouches for it, whose own key is thrown away.
# What is there and holds for another month stays as it is.
#
#   postgres-certificate.sh KEYS TRUST NAME OWNER
#
# KEYS gets server.crt and server.key, which is OWNER's alone; TRUST gets ca.crt, for every client.
set -eu
keys=$1 trust=$2 name=$3 owner=$4
if openssl verify -CAfile "$trust/ca.crt" -verify_hostname "$name" "$keys/server.crt" >/dev/null 2>&1 &&
  openssl x509 -checkend 2592000 -noout -in "$keys/server.crt" >/dev/null; then
  exit 0
fi
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/openssl.cnf" <<END
[req]
distinguished_name = name
prompt = no
[name]
CN = $name
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:$name
END
curve="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
# shellcheck disable=SC2086
openssl req -config "$work/openssl.cnf" -x509 -extensions authority $curve -days 3650 \
  -subj "/CN=authority of $name" -keyout "$work/ca.key" -out "$work/ca.crt" 2>/dev/null
# shellcheck disable=SC2086
openssl req -config "$work/openssl.cnf" -new $curve \
  -keyout "$work/server.key" -out "$work/server.csr" 2>/dev/null
openssl x509 -req -in "$work/server.csr" -CA "$work/ca.crt" -CAkey "$work/ca.key" -set_serial 1 \
  -days 3650 -extfile "$work/openssl.cnf" -extensions server -out "$work/server.crt" 2>/dev/null
# PostgreSQL refuses a key that others can read.
install -o "$owner" -m 0600 "$work/server.key" "$keys/server.key"
install -o "$owner" -m 0644 "$work/server.crt" "$keys/server.crt"
install -m 0644 "$work/ca.crt" "$trust/ca.crt"

#!/bin/sh
# Makes the certificates of the TLS tests. They are checked in, so the tests need no openssl command;
# run this to make new ones. The keys protect nothing.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

key() { openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out "$1"; }

# root NAME SUBJECT
root() {
  key "$work/$1.key"
  openssl req -x509 -new -key "$work/$1.key" -subj "$2" -days 36500 -out "$1.pem" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
}

# issue NAME SUBJECT ISSUER EXTENSIONS [NOT-BEFORE NOT-AFTER]
issue() {
  [ -e "$1.key" ] || key "$1.key"
  openssl req -new -key "$1.key" -subj "$2" -out "$work/$1.csr"
  printf '%b' "$4" > "$work/$1.ext"
  : > "$work/index.txt"
  cat > "$work/ca.cnf" <<CNF
[ca]
default_ca = ours
[ours]
database = $work/index.txt
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
organizationName = optional
CNF
  openssl ca -batch -notext -config "$work/ca.cnf" -extfile "$work/$1.ext" \
    -cert "$3.pem" -keyfile "$work/$3.key" -preserveDN \
    -startdate "${5:-20200101000000Z}" -enddate "${6:-21200101000000Z}" \
    -in "$work/$1.csr" -out "$1.pem" 2> "$work/log" || { cat "$work/log" >&2; exit 1; }
}

rm -f ./*.pem ./*.key
root authority "/O=Example/CN=Test Authority"
root stranger-authority "/O=Elsewhere/CN=Another Authority"

server="extendedKeyUsage=serverAuth\nsubjectAltName="
client="extendedKeyUsage=clientAuth\nsubjectAltName="
issue server "/O=Example/CN=server" authority \
  "${server}DNS:server.example,DNS:*.wild.example,IP:127.0.0.1,IP:::1,URI:spiffe://example/server\n"
issue renewed "/O=Example/CN=renewed" authority "${server}DNS:server.example\n"
issue expired "/O=Example/CN=expired" authority "${server}DNS:server.example\n" \
  20200101000000Z 20210101000000Z
issue future "/O=Example/CN=future" authority "${server}DNS:server.example\n" \
  21000101000000Z 21200101000000Z
issue client "/O=Example/CN=provider-7" authority \
  "${client}DNS:provider-7.example,URI:spiffe://example/provider-7,email:seven@example\n"
issue expired-client "/O=Example/CN=late" authority "${client}DNS:late.example\n" \
  20200101000000Z 20210101000000Z
issue stranger "/O=Elsewhere/CN=stranger" stranger-authority "${client}DNS:stranger.example\n"

# A server below an intermediate authority; `chained.pem` holds both certificates.
key intermediate.key
issue intermediate "/O=Example/CN=Intermediate" authority "basicConstraints=critical,CA:TRUE\n"
mv intermediate.key "$work/intermediate.key"
issue chained "/O=Example/CN=chained" intermediate "${server}DNS:server.example\n"
cat intermediate.pem >> chained.pem

openssl pkcs8 -topk8 -in server.key -passout pass:secret -out encrypted.key

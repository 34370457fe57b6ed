#!/bin/sh
# Run once as root in Synapse's image, before Synapse: its configuration, its keys, and Ferry's
# registration with the owner that Synapse runs as.
set -eu
if [ ! -f /data/homeserver.yaml ]; then
  # Under another name until it is whole: it holds passwords, and a half one would be taken for done.
  rm -f /data/homeserver.yaml.new
  SYNAPSE_CONFIG_PATH=/data/homeserver.yaml.new /start.py generate
  chmod 0600 /data/homeserver.yaml.new
  # A later key of the same name would be refused: the database section is replaced.
  python3 - <<'END'
import os, yaml
path = "/data/homeserver.yaml.new"
config = yaml.safe_load(open(path))
config["database"] = {
    "name": "psycopg2",
    "args": {
        "host": "postgres",
        "user": "ferry",
        "password": os.environ["POSTGRES_PASSWORD"],
        "dbname": "synapse",
        "sslmode": "verify-full",
        "sslrootcert": "/trust/ca.crt",
        "cp_min": 5,
        "cp_max": 10,
    },
}
config["app_service_config_files"] = ["/data/ferry-registration.yaml"]
config["enable_metrics"] = True
config["listeners"].append(
    {"port": 9000, "type": "metrics", "bind_addresses": ["0.0.0.0"]}
)
with open(path, "w") as out:
    yaml.safe_dump(config, out)
END
  mv /data/homeserver.yaml.new /data/homeserver.yaml
fi
install -m 0600 /ferry/registration.yaml /data/ferry-registration.yaml
chown -R 991:991 /data

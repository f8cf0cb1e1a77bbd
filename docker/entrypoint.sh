#!/bin/sh
# entrypoint.sh standalone|api|projector|worker [argument…]   one of the processes
# entrypoint.sh command [argument…]                            anything else, such as: npm run node -- digest
set -eu

# THROUGHLINE_X_FILE names a file that holds THROUGHLINE_X, so that no secret shows in the container's description. The file wins.
for name in MASTER_KEY NEXT_MASTER_KEY EVENTSTORE REDIS SMTP; do
  eval "file=\${THROUGHLINE_${name}_FILE-}"
  if [ -z "$file" ]; then continue; fi
  if [ ! -r "$file" ]; then
    echo "THROUGHLINE_${name}_FILE=$file cannot be read by user $(id -u). Make the file its own, mode 400." >&2
    exit 1
  fi
  value=$(cat "$file")
  export "THROUGHLINE_${name}=$value"
  unset "THROUGHLINE_${name}_FILE"
done

case "${1-}" in
  standalone | api | projector | worker)
    process=$1
    shift
    exec node "dist/apps/$process/src/main.js" "$@"
    ;;
  '')
    echo 'Name a process: standalone, api, projector or worker; or a command.' >&2
    exit 1
    ;;
  *) exec "$@" ;;
esac

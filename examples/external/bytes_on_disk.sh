#!/bin/sh
# $1: the model as a Hugging Face folder. Prints the measurement as one JSON object.
set -e
bytes=$(cat "$1"/* | wc -c)
printf '{"value": %s, "unit": "B", "higher_is_better": false}\n' "$bytes"

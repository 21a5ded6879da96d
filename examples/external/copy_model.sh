#!/bin/sh
# $1: the model as a Hugging Face folder; $2: where the result must be afterwards.
set -e
if [ ! -f "$1/config.json" ]; then
    echo "$1 is no model folder" >&2
    exit 1
fi
cp -r "$1" "$2"

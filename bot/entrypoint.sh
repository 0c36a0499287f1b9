#!/bin/sh
# Starts gpuwise in its image. The index belongs to the image and the data to a volume, which outlives the image: so
# the volume holds only a link to the index. An index that was copied there is used for as long as it fits the image.
set -eu
baked=${GPUWISE_BAKED_INDEX:?names the folder of the index in the image}
used=${GPUWISE_HOME:?names the folder of the data}/index

content_of() { grep -o '"content": *"[0-9a-f]*"' "$1/manifest.json" 2>/dev/null | head -n 1; }

if [ -d "$used" ] && [ "$(content_of "$used")" != "$(content_of "$baked")" ]; then
    echo "gpuwise: the index in $used is of another version; it now lies in $used.old, and that of the image is used" >&2
    rm -rf "$used.old"
    mv "$used" "$used.old"
fi
[ -e "$used" ] || ln -sfn "$baked" "$used" ||
    echo "gpuwise: $GPUWISE_HOME must be a folder that user $(id -u) may write to" >&2
exec gpuwise "$@"

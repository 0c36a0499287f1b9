# syntax=docker/dockerfile:1
# `docker build -t gpuwise .` makes the bot, which has no torch; `--target worker` makes what measures, which has no bot.
ARG PYTHON=3.12-slim-bookworm

FROM python:${PYTHON} AS base
# ONNX Runtime would report to its maker what it runs, see its Privacy.md.
ENV ORT_DISABLE_TELEMETRY=1 PATH=/opt/gpuwise/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
RUN groupadd --gid 10001 gpuwise \
    && useradd --no-log-init --create-home --uid 10001 --gid gpuwise gpuwise

FROM base AS venv
WORKDIR /src
COPY constraints.txt ./
RUN python -m venv /opt/gpuwise

FROM venv AS torch
# PyTorch's own builds for the CPU, for amd64 and arm64; those on PyPI bring CUDA. A worker on a GPU takes the index of its
# CUDA release instead. Empty: pip's own settings decide.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
# Beside PyPI, 2.13.0+cpu would win over 2.13.0 by its local version only where both have a wheel for this machine. So this
# step sees no index but that one, and takes torch alone from it; later ones find torch==2.13.0 met and leave it.
RUN pip install --no-cache-dir --no-deps -c constraints.txt ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} torch

FROM torch AS index
COPY pyproject.toml README.md LICENSE ./
# Without the code these are only its dependencies: a layer that a change of the code leaves as it is.
RUN pip install --no-cache-dir -c constraints.txt '.[build]'
COPY bench ./bench
COPY knowledge ./knowledge
COPY retrieval ./retrieval
COPY bot ./bot
RUN pip install --no-cache-dir --no-deps --force-reinstall -c constraints.txt . \
    && GPUWISE_HOME=/built gpuwise index

FROM venv AS serving
COPY pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir -c constraints.txt '.[telegram,slack,charts,ssh]'
COPY bench ./bench
COPY knowledge ./knowledge
COPY retrieval ./retrieval
COPY bot ./bot
RUN pip install --no-cache-dir --no-deps --force-reinstall -c constraints.txt .

FROM torch AS measuring
COPY pyproject.toml README.md LICENSE ./
COPY bench ./bench
# The command of the bot has nothing to start here.
RUN pip install --no-cache-dir -c constraints.txt '.[bench]' \
    && rm /opt/gpuwise/bin/gpuwise

# One run: a request on stdin, JSON lines on stdout. `docker run --init -i --rm -v /tmp/gpuwise-locks:/tmp/gpuwise-locks`,
# because one run a GPU is kept by locks that all workers of a host must share.
FROM base AS worker
COPY --from=measuring /opt/gpuwise /opt/gpuwise
WORKDIR /home/gpuwise
STOPSIGNAL SIGTERM
USER 10001:10001
ENTRYPOINT ["python", "-m", "bench.worker"]

FROM base AS bot
COPY --from=serving /opt/gpuwise /opt/gpuwise
COPY --from=index /built/index /opt/gpuwise-index
COPY --chmod=0755 bot/entrypoint.sh /usr/local/bin/gpuwise-entrypoint
ENV GPUWISE_HOME=/data GPUWISE_BAKED_INDEX=/opt/gpuwise-index
# The link is there for runs without a volume, and for those as another user; a volume gets its own at the start.
RUN install --directory --owner=10001 --group=10001 /data \
    && ln -s /opt/gpuwise-index /data/index
VOLUME ["/data"]
WORKDIR /home/gpuwise
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s --retries=3 CMD ["gpuwise", "health"]
USER 10001:10001
ENTRYPOINT ["gpuwise-entrypoint"]
CMD ["serve"]

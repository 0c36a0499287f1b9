# syntax=docker/dockerfile:1
# Stage 1 has torch and builds the index; the image that answers has neither torch nor transformers.
ARG PYTHON=3.12-slim

FROM python:${PYTHON} AS source
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bench ./bench
COPY knowledge ./knowledge
COPY retrieval ./retrieval
COPY bot ./bot

FROM source AS index
# An index with CPU builds of PyTorch; without it the default build brings CUDA, which nothing here uses.
ARG TORCH_INDEX=
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir -c constraints.txt \
        ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} '.[build]'
RUN GPUWISE_HOME=/data /opt/build/bin/gpuwise index

FROM source AS serving
RUN python -m venv /opt/gpuwise \
    && /opt/gpuwise/bin/pip install --no-cache-dir -c constraints.txt '.[chat,telegram,slack]'

FROM python:${PYTHON}
RUN useradd --create-home --uid 10001 gpuwise
COPY --from=serving /opt/gpuwise /opt/gpuwise
COPY --from=index --chown=gpuwise:gpuwise /data /data
ENV GPUWISE_HOME=/data PATH=/opt/gpuwise/bin:$PATH PYTHONUNBUFFERED=1
USER gpuwise
WORKDIR /home/gpuwise
ENTRYPOINT ["gpuwise"]
CMD ["serve"]

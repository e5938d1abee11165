# The bot with every channel. Build and start: see docs/operation.md.
# The base is an argument: any image with Python 3.11 to 3.13 and its venv module will do.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src

# First what changes seldom, so that a new build of the bot need not fetch it again.
COPY requirements/run.txt requirements/build.txt requirements/
RUN python3 -m venv /opt/build \
 && /opt/build/bin/pip install --require-hashes -r requirements/build.txt \
 && /opt/build/bin/pip wheel --require-hashes --no-build-isolation --wheel-dir wheels -r requirements/run.txt \
 && python3 -m venv /opt/iopbot \
 && /opt/iopbot/bin/pip install --no-index --no-deps wheels/*.whl

COPY pyproject.toml README.md LICENSE NOTICE ./
COPY bot bot
COPY knowledge knowledge
COPY dialogs dialogs
# The result gets no pip: nothing is installed there any more.
RUN /opt/build/bin/python -m hatchling build -t wheel -d dist \
 && /opt/iopbot/bin/pip install --no-index --no-deps dist/*.whl \
 && /opt/iopbot/bin/pip uninstall --yes --quiet setuptools pip \
 && /opt/iopbot/bin/python -m compileall -q /opt/iopbot/lib

FROM ${BASE}
LABEL org.opencontainers.image.title="IOP-lotsen" org.opencontainers.image.licenses="EUPL-1.2"
COPY --from=build /opt/iopbot /opt/iopbot
COPY LICENSE NOTICE /usr/share/doc/iopbot/
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin iopbot \
 && install --directory --owner=iopbot --mode=0700 /data
USER 10001
ENV PATH=/opt/iopbot/bin:$PATH PYTHONUNBUFFERED=1 IOPBOT_DATA_DIR=/data IOPBOT_CACHE_DIR=/data/cache IOPBOT_HOST=0.0.0.0 IOPBOT_PORT=8080
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"IOPBOT_PORT\"]}/health/live', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["iopbot"]
CMD ["run"]

# Superset with ClickHouse's dialect and our dashboards. Context: the repository.
ARG BASE=apache/superset:6.1.0
FROM ${BASE}
USER root
COPY superset/superset.lock /opt/tidemark/superset.lock
# The image lacks the drivers; their versions are those that the dashboards are tested with.
RUN grep -E '^(clickhouse-connect)==' /opt/tidemark/superset.lock > /tmp/drivers.txt \
    && uv pip install --python /app/.venv/bin/python --no-cache -r /tmp/drivers.txt psycopg2-binary==2.9.10 redis==5.2.1 \
    && mkdir -p /var/lib/superset && chown superset /var/lib/superset
COPY superset/ /opt/tidemark/superset/
COPY compose/config/superset/superset_config_containers.py /opt/tidemark/
USER superset

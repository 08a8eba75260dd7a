#!/bin/bash
# The engine as a library, behind the files that the server would merge: config.d and users.d. Its own session needs the user
# `default`, which the stack removes from a real server: that file is passed over.
set -euo pipefail
etc=/tmp/clickhouse && mkdir -p "$etc/config.d" "$etc/users.d"
echo "<clickhouse><users_config>$etc/users.xml</users_config><shutdown_wait_unfinished>2</shutdown_wait_unfinished><max_server_memory_usage>2500000000</max_server_memory_usage></clickhouse>" >"$etc/config.xml"
cat >"$etc/users.xml" <<'END'
<clickhouse>
  <profiles><default/><internal><max_sessions_for_user>1</max_sessions_for_user></internal></profiles>
  <quotas><default/></quotas>
  <users><default>
    <password/><networks><ip>127.0.0.1</ip></networks><profile>internal</profile><quota>default</quota>
    <grants><query>GRANT SYSTEM LISTEN, CREATE TEMPORARY TABLE ON *.*</query></grants>
  </default></users>
</clickhouse>
END
cp /etc/clickhouse-server/config.d/*.xml "$etc/config.d/"
cp /etc/clickhouse-server/users.d/{tidemark,passwords}.xml "$etc/users.d/"
exec /opt/standin/local engine --lib "$STANDIN_CLICKHOUSE/libchdb.so" --path /var/lib/clickhouse/standin --config "$etc/config.xml" --tcp 9000 --http 8123 --listen 0.0.0.0

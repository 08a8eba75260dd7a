package part

import (
	"crypto/sha256"
	"fmt"

	"github.com/tidemark-cdc/tidemark/clickhouse/roles"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// clickhouseXML: the policy tiered is for tables whose old partitions go to a slower disk, which here is one more folder.
// Of the last 64 MiB nothing is given to an insert or a merge: a merge that meets a full disk in its middle may be
// committed with empty files.
func clickhouseXML(s *site.Site) string {
	return fmt.Sprintf(`<clickhouse>
  <users_config>%s</users_config>
  <max_server_memory_usage>2500000000</max_server_memory_usage>
  <storage_configuration>
    <disks>
      <default><keep_free_space_bytes>67108864</keep_free_space_bytes></default>
      <cold><path>%s/</path></cold>
    </disks>
    <policies><tiered><volumes>
      <default><disk>default</disk></default><cold><disk>cold</disk></cold>
    </volumes><move_factor>0</move_factor></tiered></policies>
  </storage_configuration>
  <shutdown_wait_unfinished>2</shutdown_wait_unfinished>
  <mark_cache_size>134217728</mark_cache_size>
  <logger><level>warning</level><log>%s</log><size>20M</size><count>2</count></logger>
  <query_log>
    <database>system</database><table>query_log</table>
    <flush_interval_milliseconds>7500</flush_interval_milliseconds>
    <ttl>event_date + INTERVAL 7 DAY</ttl>
  </query_log>
</clickhouse>
`, s.Path("conf", "users.xml"), s.Path("data", "clickhouse-cold"), s.Path("logs", "clickhouse-server.log"))
}

// clickhouseUsersXML: tidemark may do everything; bi only reads what people look at (its views read what is behind
// them with the rights of their definer), within limits of memory, seconds and rows that it may lower and not raise or lift; default is the engine's own session and must exist without a password, so
// it may hold one session (which is taken) and do next to nothing.
func clickhouseUsersXML(s *site.Site) string {
	hash := func(password string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(password))) }
	return fmt.Sprintf(`<clickhouse>
  <profiles>
    <default><async_insert>0</async_insert></default>
    <internal><max_sessions_for_user>1</max_sessions_for_user></internal>
    <bi>
      <readonly>2</readonly>
      <max_memory_usage>1000000000</max_memory_usage><max_execution_time>60</max_execution_time>
      <max_rows_to_read>200000000</max_rows_to_read><max_result_rows>1000000</max_result_rows>
      <constraints>
        <max_memory_usage><min>1</min><max>1000000000</max></max_memory_usage><max_execution_time><min>1</min><max>60</max></max_execution_time>
        <max_rows_to_read><min>1</min><max>200000000</max></max_rows_to_read><max_result_rows><min>1</min><max>1000000</max></max_result_rows>
      </constraints>
    </bi>
    <reader><readonly>2</readonly></reader>
  </profiles>
  <quotas><default/></quotas>
  <users>
    <default>
      <password/><networks><ip>127.0.0.1</ip></networks><profile>internal</profile><quota>default</quota>
      <grants><query>GRANT SYSTEM LISTEN, CREATE TEMPORARY TABLE ON *.*</query></grants>
    </default>
    <tidemark>
      <password_sha256_hex>%s</password_sha256_hex><networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile><quota>default</quota><access_management>1</access_management>
    </tidemark>
    <bi>
      <password_sha256_hex>%s</password_sha256_hex><networks><ip>127.0.0.1</ip></networks>
      <profile>bi</profile><quota>default</quota>
      <grants>
        <query>GRANT SELECT ON shop.*</query><query>GRANT SELECT ON sales.*</query><query>GRANT SELECT ON ops.*</query>
      </grants>
    </bi>
    <reconcile>
      <password_sha256_hex>%s</password_sha256_hex><networks><ip>127.0.0.1</ip></networks>
      <profile>reader</profile><quota>default</quota>
      %s
    </reconcile>
    <dags>
      <password_sha256_hex>%s</password_sha256_hex><networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile><quota>default</quota>
      %s
    </dags>
  </users>
</clickhouse>
`, hash(s.Secrets.ClickHouse), hash(s.Secrets.BI), hash(s.Secrets.ClickHouseReconcile), roles.Element("tidemark_reconcile"),
		hash(s.Secrets.ClickHouseDags), roles.Element("tidemark_dags"))
}

module github.com/tidemark-cdc/tidemark/clickhouse

go 1.26

module github.com/tidemark-cdc/tidemark/test

go 1.26

require (
	github.com/tidemark-cdc/tidemark/clickhouse v0.0.0
	github.com/tidemark-cdc/tidemark/compose v0.0.0
	github.com/tidemark-cdc/tidemark/schemas v0.0.0
)

replace github.com/tidemark-cdc/tidemark/schemas => ../schemas

replace github.com/tidemark-cdc/tidemark/compose => ../compose

replace github.com/tidemark-cdc/tidemark/clickhouse => ../clickhouse

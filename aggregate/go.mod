module github.com/tidemark-cdc/tidemark/aggregate

go 1.26

require (
	github.com/alecthomas/kong v1.17.0
	github.com/tidemark-cdc/tidemark/clickhouse v0.0.0
	gopkg.in/yaml.v3 v3.0.1
)

replace github.com/tidemark-cdc/tidemark/clickhouse => ../clickhouse

require (
	github.com/stretchr/testify v1.12.1
	github.com/tidemark-cdc/tidemark/schemas v0.0.0
)

require (
	github.com/kr/pretty v0.3.1 // indirect
	github.com/rogpeppe/go-internal v1.16.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	gopkg.in/check.v1 v1.0.0-20201130134442-10cb98267c6c // indirect
)

replace github.com/tidemark-cdc/tidemark/schemas => ../schemas

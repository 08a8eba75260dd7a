module github.com/tidemark-cdc/tidemark/aggregate

go 1.26

require (
	github.com/alecthomas/kong v1.17.0
	github.com/tidemark-cdc/tidemark/clickhouse v0.0.0
	gopkg.in/yaml.v3 v3.0.1
)

replace github.com/tidemark-cdc/tidemark/clickhouse => ../clickhouse

require (
	github.com/schollz/progressbar/v3 v3.19.1
	github.com/stretchr/testify v1.12.1
	github.com/tidemark-cdc/tidemark/schemas v0.0.0
	golang.org/x/term v0.44.0
)

require (
	github.com/kr/text v0.2.0 // indirect
	github.com/mitchellh/colorstring v0.0.0-20190213212951-d06e56a500db // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sys v0.46.0 // indirect
)

replace github.com/tidemark-cdc/tidemark/schemas => ../schemas

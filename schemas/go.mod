module github.com/tidemark-cdc/tidemark/schemas

go 1.26

require (
	github.com/stretchr/testify v1.12.1
	gopkg.in/yaml.v3 v3.0.1
)

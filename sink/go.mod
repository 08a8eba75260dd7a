module github.com/tidemark-cdc/tidemark/sink

go 1.26

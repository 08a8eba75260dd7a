module github.com/tidemark-cdc/tidemark/aggregate

go 1.26

module github.com/tidemark-cdc/tidemark/compose

go 1.26

module github.com/tidemark-cdc/tidemark/capture

go 1.26

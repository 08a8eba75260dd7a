module github.com/tidemark-cdc/tidemark/test

go 1.26

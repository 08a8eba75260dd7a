package reference

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"

	captureconfig "github.com/tidemark-cdc/tidemark/capture/config"
	sinkconfig "github.com/tidemark-cdc/tidemark/sink/config"
)

func (s Source) settings() (string, error) {
	var b strings.Builder
	b.WriteString("# Settings\n\nFlags come before the environment, the environment before the file of `--config`. In the file a flag's dash after its group is a\n" +
		"level: `--kafka-brokers` is `kafka: {brokers: ...}`. `${NAME}` in a value of the file is taken from the environment. What single\n" +
		"commands and the other programs take is in [commands](commands.md).\n\n")
	for _, p := range []struct {
		name     string
		settings any
	}{{"capture", &captureconfig.Settings{}}, {"sink", &sinkconfig.Settings{}}} {
		b.WriteString("## " + p.name + "\n\n")
		if err := flags(&b, p.settings); err != nil {
			return "", err
		}
	}
	b.WriteString("## capture: a source\n\nEach entry under `sources:` of capture's file. Its name is the first part of its topics.\n\n")
	fields, err := structFields(filepath.Join(s.Root, "capture", "config", "source.go"), "Source", "yaml")
	if err != nil {
		return "", err
	}
	table(&b, []string{"setting", "meaning"}, fields)
	return b.String(), nil
}

func flags(b *strings.Builder, settings any) error {
	k, err := kong.New(settings, kong.Name("x"))
	if err != nil {
		return err
	}
	var rows [][]string
	for _, f := range k.Model.Flags {
		if f.Name == "help" {
			continue
		}
		key := f.Name
		if f.Group != nil {
			key = strings.Replace(key, "-", ".", 1)
		}
		rows = append(rows, []string{code("--" + f.Name), code(strings.Join(f.Envs, ", ")), code(key), code(f.Default), f.Help})
	}
	table(b, []string{"flag", "environment", "file", "default", "meaning"}, rows)
	return nil
}

// structFields gives the tagged fields of a struct in a file of Go with their comments. A line of comment that stands alone
// between the fields is put before those that follow it.
func structFields(path, name, tag string) (rows [][]string, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || spec.Name.Name != name {
			return true
		}
		for _, f := range spec.Type.(*ast.StructType).Fields.List {
			if f.Tag == nil {
				continue
			}
			key := reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get(tag)
			if key != "" && key != "-" {
				rows = append(rows, []string{code(key), f.Doc.Text() + f.Comment.Text()})
			}
		}
		return false
	})
	return rows, nil
}

package fetch

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/tidemark-cdc/tidemark/compose/local/process"
	"github.com/tidemark-cdc/tidemark/compose/local/site"
)

// kafka is the broker. Maven checks every file against the repository's checksum (-C: a mismatch is an error).
func kafka() download {
	return download{
		name: "kafka", version: "4.4.0", bytes: 62e6,
		tools: []tool{{"java", "default-jre-headless"}, {"mvn", "maven"}},
		get:   getKafka,
	}
}

const kafkaPOM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>%s</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version><scope>runtime</scope></dependency>
</dependencies></project>
`

func getKafka(ctx context.Context, _ *site.Site, dir, tmp string) error {
	pom := filepath.Join(tmp, "pom.xml")
	if err := os.WriteFile(pom, fmt.Appendf(nil, kafkaPOM, kafka().version), 0o644); err != nil {
		return err
	}
	if err := maven(ctx, tmp, "-f", pom, "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory="+filepath.Join(dir, "libs")); err != nil {
		return err
	}
	archiveClasses(ctx, dir, tmp)
	return nil
}

func maven(ctx context.Context, tmp string, args ...string) error {
	args = append([]string{"mvn", "-B", "-q", "-C", "-ntp", "-Dmaven.repo.local=" + filepath.Join(tmp, "repository")}, args...)
	return process.Run(ctx, process.Spec{Dir: tmp, Args: args})
}

// KafkaJava is the command line of Java up to the class to run.
func KafkaJava(s *site.Site) ([]string, error) {
	dir := kafka().dir(s)
	if err := missing(filepath.Join(dir, "libs")); err != nil {
		return nil, err
	}
	return append(java(dir), "-Xshare:auto", "-XX:SharedArchiveFile="+archive(dir), "-cp", filepath.Join(dir, "libs", "*")), nil
}

func java(dir string) []string {
	program, err := exec.LookPath("java")
	if err != nil {
		program = "java"
	}
	return []string{
		program, "-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:MaxMetaspaceSize=128m", "-XX:ReservedCodeCacheSize=64m",
		"-Djava.awt.headless=true", "-Djava.net.preferIPv4Stack=true",
		"-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true",
	}
}

func archive(dir string) string { return filepath.Join(dir, "classes.jsa") }

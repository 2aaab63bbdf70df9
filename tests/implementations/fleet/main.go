// Command fleet serves the Fleet API of openapi.yaml.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

type repeated []string

func (l *repeated) String() string { return strings.Join(*l, ",") }

func (l *repeated) Set(value string) error {
	*l = append(*l, value)
	return nil
}

func main() {
	var chosenFaults, chosenVariants repeated
	port := flag.Int("port", 0, "the port; 0 for any free one")
	readyFile := flag.String("ready-file", "", "a file to be written when the service listens")
	listFaults := flag.Bool("list-faults", false, "print the faults and end")
	listVariants := flag.Bool("list-variants", false, "print the variants and end")
	flag.Var(&chosenFaults, "fault", "a fault to be had; may be repeated")
	flag.Var(&chosenVariants, "variant", "a variant to be had; may be repeated")
	flag.Parse()
	switch {
	case *listFaults:
		printed(faults)
	case *listVariants:
		printed(variants)
	default:
		if err := serve(*port, *readyFile, chosen(chosenFaults, chosenVariants)); err != nil {
			log.Fatal(err)
		}
	}
}

func printed(value any) {
	text, _ := json.MarshalIndent(value, "", "  ")
	fmt.Println(string(text))
}

func chosen(faultNames, variantNames []string) Choices {
	known := map[string]bool{}
	for _, fault := range faults {
		known["fault "+fault.Name] = true
	}
	for _, variant := range variants {
		known["variant "+variant.Name] = true
	}
	result := Choices{}
	for kind, given := range map[string][]string{"fault ": faultNames, "variant ": variantNames} {
		for _, name := range given {
			if !known[kind+name] {
				log.Fatalf("there is no %s%s", kind, name)
			}
			result[name] = true
		}
	}
	return result
}

func serve(port int, readyFile string, choices Choices) error {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	service := &Service{store: seeded(), choices: choices, limit: &bucket{size: 40, rate: 60}}
	server := &http.Server{Handler: service}
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	go func() {
		<-ended.Done()
		_ = server.Close()
	}()
	if err := announce(readyFile, listener.Addr().String()); err != nil {
		return err
	}
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// announce writes the ready file in one step.
func announce(path, address string) error {
	if path == "" {
		return nil
	}
	if err := os.WriteFile(path+".part", ready(address), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".part", path)
}

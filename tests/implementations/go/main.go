// A customers service of a payment page, written from its documentation, with faults and variants to be switched on.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

const api = "checkoutpage"

// choices is an option that may be given more than once.
type choices []string

func (c *choices) String() string { return strings.Join(*c, ",") }

func (c *choices) Set(name string) error {
	*c = append(*c, name)
	return nil
}

func main() {
	var chosenFaults, chosenVariants choices
	port := flag.Int("port", 0, "port of 127.0.0.1; 0 for any that is free")
	readyFile := flag.String("ready-file", "", "file to write when requests are answered")
	listFaults := flag.Bool("list-faults", false, "print the faults as JSON and end")
	listVariants := flag.Bool("list-variants", false, "print the variants as JSON and end")
	flag.Var(&chosenFaults, "fault", "name of a fault to have")
	flag.Var(&chosenVariants, "variant", "name of a variant to have")
	flag.Parse()

	switch {
	case *listFaults:
		fmt.Println(string(indented(faults)))
	case *listVariants:
		fmt.Println(string(indented(variants)))
	default:
		service, err := build(chosenFaults, chosenVariants)
		if err == nil {
			err = run(service, *port, *readyFile)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
}

func indented(value any) []byte {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		panic(err)
	}
	return text
}

// build makes the honest service and puts the chosen faults and variants in.
func build(faultNames, variantNames []string) (*Service, error) {
	service := newService()
	for _, name := range variantNames {
		install := variantNamed(name)
		if install == nil {
			return nil, fmt.Errorf("no variant is named %q; see --list-variants", name)
		}
		install(service)
	}
	for _, name := range faultNames {
		install := faultNamed(name)
		if install == nil {
			return nil, fmt.Errorf("no fault is named %q; see --list-faults", name)
		}
		install(service)
	}
	return service, nil
}

// run answers requests until SIGTERM or SIGINT.
func run(service http.Handler, port int, readyFile string) error {
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return err
	}
	stopped := make(chan os.Signal, 1)
	signal.Notify(stopped, syscall.SIGTERM, syscall.SIGINT)
	server := &http.Server{Handler: service, ReadHeaderTimeout: 30 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	if err := announce("http://"+listener.Addr().String(), readyFile); err != nil {
		return err
	}
	select {
	case err := <-ended:
		return err
	case <-stopped:
		limited, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_ = server.Shutdown(limited) // open connections end with the process
		return nil
	}
}

// announce tells where the service is and what is in it; the file appears complete or not at all.
func announce(address, readyFile string) error {
	ready := encode(Object{
		"url":  address,
		"api":  api,
		"auth": Object{"api_key_auth": firstKey}, "customer": Object{"customerId": firstID},
		"other_customer": Object{
			"path": Object{"customerId": secondID}, "auth": Object{"api_key_auth": secondKey},
		},
		"read":   prefix + "{customerId}",
		"values": Object{},
	})
	fmt.Println(string(ready))
	if readyFile == "" {
		return nil
	}
	partial := readyFile + ".partial"
	if err := os.WriteFile(partial, ready, 0o600); err != nil {
		return err
	}
	return os.Rename(partial, readyFile)
}

// Command kstatus reads objects from standard input, one JSON document a line, and prints for each the status that the
// library kstatus computes, one word a line.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	decoder := json.NewDecoder(in)
	writer := bufio.NewWriter(out)
	for {
		var object unstructured.Unstructured
		switch err := decoder.Decode(&object); err {
		case nil:
		case io.EOF:
			return writer.Flush()
		default:
			return err
		}
		result, err := status.Compute(&object)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintln(writer, result.Status); err != nil {
			return err
		}
	}
}

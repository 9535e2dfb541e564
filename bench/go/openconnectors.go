package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// openConnectors calls the external API.
type openConnectors struct {
	base string
	http *http.Client
}

// instanceAnswer has the fields of an instance that this program uses.
type instanceAnswer struct {
	ID    int64  `json:"id"`
	Token string `json:"token"`
}

// newOpenConnectors trusts the certificates in caFile; parallel is the number of connections that stay open.
func newOpenConnectors(host, caFile string, parallel int) (*openConnectors, error) {
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s has no certificate", caFile)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	transport.MaxIdleConnsPerHost = parallel
	return &openConnectors{
		base: "https://" + host + "/elements/api-v2",
		http: &http.Client{Transport: transport, Timeout: 30 * time.Second},
	}, nil
}

// call sends body as JSON and decodes the answer into out. A 404 to DELETE is no error.
func (c *openConnectors) call(ctx context.Context, authorization, method, path string, body, out any) error {
	var payload io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, payload)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", authorization)
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode == http.StatusNotFound && method == http.MethodDelete {
		return nil
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %d", method, path, response.StatusCode)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// Command etcd is the server of the etcd version that Kubernetes uses. An older one lacks the progress requests that
// the watch cache of kube-apiserver needs.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}

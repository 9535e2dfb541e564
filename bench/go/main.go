// A controller-runtime operator for the job of the benchmark: a yardstick beside the bare client. It does what an
// operator of this size usually does, and none of the checks that protect one-time credentials and foreign instances.
//
//	KUBECONFIG=... ALLOWED_HOSTS=... CA_FILE=... WATCH_NAMESPACES=... WORKERS=10 bench
package main

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"go.uber.org/zap/zapcore"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const secretIndex = "secrets"

func main() {
	ctrl.SetLogger(zap.New(zap.Level(zapcore.ErrorLevel)))
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	workers, err := strconv.Atoi(os.Getenv("WORKERS"))
	if err != nil {
		return fmt.Errorf("WORKERS: %w", err)
	}
	scheme := runtime.NewScheme()
	if err := clientgoscheme.AddToScheme(scheme); err != nil {
		return err
	}
	scheme.AddKnownTypes(groupVersion, &InfusionsoftConnector{}, &InfusionsoftConnectorList{})
	metav1.AddToGroupVersion(scheme, groupVersion)
	config, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	namespaces := map[string]cache.Config{os.Getenv("WATCH_NAMESPACES"): {}}
	manager, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:  scheme,
		Metrics: metricsserver.Options{BindAddress: "0"},
		Cache:   cache.Options{DefaultNamespaces: namespaces},
	})
	if err != nil {
		return err
	}
	remote, err := newOpenConnectors(os.Getenv("ALLOWED_HOSTS"), os.Getenv("CA_FILE"), workers)
	if err != nil {
		return err
	}
	ctx := ctrl.SetupSignalHandler()
	if err := manager.GetFieldIndexer().IndexField(ctx, &InfusionsoftConnector{}, secretIndex, secretsOf); err != nil {
		return err
	}
	err = ctrl.NewControllerManagedBy(manager).
		For(&InfusionsoftConnector{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Watches(&corev1.Secret{}, handler.EnqueueRequestsFromMapFunc(connectorsOf(manager.GetClient()))).
		WithOptions(controller.Options{MaxConcurrentReconciles: workers}).
		Complete(&reconciler{Client: manager.GetClient(), remote: remote})
	if err != nil {
		return err
	}
	return manager.Start(ctx)
}

// secretsOf returns the names of the Secrets that a connector reads.
func secretsOf(object client.Object) []string {
	oauth := object.(*InfusionsoftConnector).Spec.OAuth
	return []string{oauth.ClientSecretRef.Name, oauth.AuthorizationCodeSecretRef.Name}
}

// connectorsOf returns the connectors that read a Secret.
func connectorsOf(reader client.Reader) handler.MapFunc {
	return func(ctx context.Context, secret client.Object) []reconcile.Request {
		found := new(InfusionsoftConnectorList)
		err := reader.List(ctx, found, client.InNamespace(secret.GetNamespace()), client.MatchingFields{secretIndex: secret.GetName()})
		if err != nil {
			ctrl.LoggerFrom(ctx).Error(err, "list connectors")
			return nil
		}
		requests := make([]reconcile.Request, 0, len(found.Items))
		for i := range found.Items {
			requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(&found.Items[i])})
		}
		return requests
	}
}

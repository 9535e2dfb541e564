package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

const (
	finalizer     = "openconnectors.dev/instance"
	accountSecret = "sap-account"
)

// reconciler creates one instance for each connector, and deletes it with the connector.
type reconciler struct {
	client.Client
	remote *openConnectors
	// created has instances by uid of the connector: the cache may be older than the latest status patch.
	created sync.Map
}

// secret reads from the cache.
func (r *reconciler) secret(ctx context.Context, namespace, name string) (*corev1.Secret, error) {
	secret := new(corev1.Secret)
	err := r.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, secret)
	return secret, err
}

func (r *reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	connector := new(InfusionsoftConnector)
	if err := r.Get(ctx, request.NamespacedName, connector); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	account, err := r.secret(ctx, connector.Namespace, accountSecret)
	if err != nil {
		return ctrl.Result{}, err
	}
	authorization := fmt.Sprintf("User %s, Organization %s", account.Data["userSecret"], account.Data["organizationSecret"])
	if !connector.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, r.delete(ctx, authorization, connector)
	}
	oauth := connector.Spec.OAuth
	app, err := r.secret(ctx, connector.Namespace, oauth.ClientSecretRef.Name)
	if err != nil {
		return ctrl.Result{}, err
	}
	used := []UsedCredential{
		{SecretName: app.Name, Key: "client_id", ResourceVersion: app.ResourceVersion},
		{SecretName: app.Name, Key: "client_secret", ResourceVersion: app.ResourceVersion},
	}
	known := r.instanceOf(connector)
	isCurrent := connector.Status.ObservedGeneration == connector.Generation && slices.Equal(connector.Status.Credentials, used)
	if known != nil && connector.Status.Instance != nil && isCurrent {
		return ctrl.Result{}, nil
	}
	configuration := map[string]string{
		"oauth.callback.url": oauth.CallbackURL,
		"oauth.api.key":      string(app.Data["client_id"]),
		"oauth.api.secret":   string(app.Data["client_secret"]),
	}
	instance, err := r.apply(ctx, authorization, connector, known, configuration)
	if err != nil {
		return ctrl.Result{}, err
	}
	if err := r.remote.call(ctx, authorization+", Element "+instance.Token, http.MethodGet, "/hubs/crm/ping", nil, nil); err != nil {
		return ctrl.Result{}, err
	}
	if err := r.publish(ctx, connector, instance); err != nil {
		return ctrl.Result{}, err
	}
	before := connector.DeepCopy()
	connector.Status.ObservedGeneration = connector.Generation
	connector.Status.Instance = &Instance{ID: instance.ID}
	connector.Status.Credentials = used
	meta.SetStatusCondition(&connector.Status.Conditions, metav1.Condition{
		Type: "Ready", Status: metav1.ConditionTrue, Reason: "Succeeded",
		Message: "The instance is up to date.", ObservedGeneration: connector.Generation,
	})
	return ctrl.Result{}, r.Status().Patch(ctx, connector, client.MergeFrom(before))
}

// instanceOf returns the instance that was created for the connector, without its token after a restart.
func (r *reconciler) instanceOf(connector *InfusionsoftConnector) *instanceAnswer {
	if found, ok := r.created.Load(connector.UID); ok {
		instance := found.(instanceAnswer)
		return &instance
	}
	if connector.Status.Instance != nil {
		return &instanceAnswer{ID: connector.Status.Instance.ID}
	}
	return nil
}

// apply creates the instance, or changes the configuration of the known one.
func (r *reconciler) apply(ctx context.Context, authorization string, connector *InfusionsoftConnector, known *instanceAnswer, configuration map[string]string) (*instanceAnswer, error) {
	instance := new(instanceAnswer)
	if known != nil {
		path := "/instances/" + strconv.FormatInt(known.ID, 10)
		err := r.remote.call(ctx, authorization, http.MethodPatch, path, map[string]any{"configuration": configuration}, instance)
		return instance, err
	}
	code, err := r.secret(ctx, connector.Namespace, connector.Spec.OAuth.AuthorizationCodeSecretRef.Name)
	if err != nil {
		return nil, err
	}
	if controllerutil.AddFinalizer(connector, finalizer) {
		before := connector.DeepCopy()
		before.Finalizers = nil
		if err := r.Patch(ctx, connector, client.MergeFrom(before)); err != nil {
			return nil, err
		}
	}
	body := map[string]any{
		"name":          connector.Namespace + "-" + connector.Name,
		"element":       map[string]string{"key": connector.Spec.Connector},
		"tags":          []string{"k8s-uid-" + string(connector.UID)},
		"providerData":  map[string]string{"code": string(code.Data["code"])},
		"configuration": configuration,
	}
	if err := r.remote.call(ctx, authorization, http.MethodPost, "/instances", body, instance); err != nil {
		return nil, err
	}
	r.created.Store(connector.UID, *instance)
	return instance, nil
}

// publish writes the connection Secret.
func (r *reconciler) publish(ctx context.Context, connector *InfusionsoftConnector, instance *instanceAnswer) error {
	data := map[string][]byte{"type": []byte("open-connectors"), "element-token": []byte(instance.Token)}
	found, err := r.secret(ctx, connector.Namespace, connector.Name+"-connection")
	if err == nil {
		before := found.DeepCopy()
		found.Data = data
		return r.Patch(ctx, found, client.MergeFrom(before))
	}
	if !apierrors.IsNotFound(err) {
		return err
	}
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: connector.Name + "-connection", Namespace: connector.Namespace},
		Data:       data,
	}
	if err := controllerutil.SetControllerReference(connector, secret, r.Scheme()); err != nil {
		return err
	}
	return r.Create(ctx, secret)
}

// delete deletes the instance, then removes the finalizer.
func (r *reconciler) delete(ctx context.Context, authorization string, connector *InfusionsoftConnector) error {
	before := connector.DeepCopy()
	if !controllerutil.RemoveFinalizer(connector, finalizer) {
		return nil
	}
	if instance := r.instanceOf(connector); instance != nil {
		path := "/instances/" + strconv.FormatInt(instance.ID, 10)
		if err := r.remote.call(ctx, authorization, http.MethodDelete, path, nil, nil); err != nil {
			return err
		}
	}
	r.created.Delete(connector.UID)
	return client.IgnoreNotFound(r.Patch(ctx, connector, client.MergeFrom(before)))
}

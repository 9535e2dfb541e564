package main

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var groupVersion = schema.GroupVersion{Group: "openconnectors.dev", Version: "v1beta1"}

// SecretKey names one key of a Secret.
type SecretKey struct {
	Name string `json:"name"`
	Key  string `json:"key,omitempty"`
}

// ClientSecret names the Secret of an OAuth client.
type ClientSecret struct {
	Name            string `json:"name"`
	ClientIDKey     string `json:"clientIdKey,omitempty"`
	ClientSecretKey string `json:"clientSecretKey,omitempty"`
}

// Spec has the fields of an InfusionsoftConnector that the benchmark sets.
type Spec struct {
	Connector string `json:"connector,omitempty"`
	OAuth     struct {
		ClientSecretRef            ClientSecret `json:"clientSecretRef"`
		CallbackURL                string       `json:"callbackUrl,omitempty"`
		AuthorizationCodeSecretRef SecretKey    `json:"authorizationCodeSecretRef,omitempty"`
	} `json:"oauth"`
}

// UsedCredential is a Secret whose values the instance has, by its version.
type UsedCredential struct {
	SecretName      string `json:"secretName"`
	Key             string `json:"key"`
	ResourceVersion string `json:"resourceVersion,omitempty"`
}

// Instance is the instance in Open Connectors.
type Instance struct {
	ID int64 `json:"id"`
}

// Status has the fields of the status that this program writes.
type Status struct {
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
	Instance           *Instance          `json:"instance,omitempty"`
	Credentials        []UsedCredential   `json:"credentials,omitempty"`
}

// InfusionsoftConnector is the resource of the project.
type InfusionsoftConnector struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              Spec   `json:"spec"`
	Status            Status `json:"status,omitempty"`
}

// InfusionsoftConnectorList is a list of them.
type InfusionsoftConnectorList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []InfusionsoftConnector `json:"items"`
}

// DeepCopyInto copies all fields, as generated code does.
func (in *InfusionsoftConnector) DeepCopyInto(out *InfusionsoftConnector) {
	*out = *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	out.Status.Conditions = make([]metav1.Condition, len(in.Status.Conditions))
	for i := range in.Status.Conditions {
		in.Status.Conditions[i].DeepCopyInto(&out.Status.Conditions[i])
	}
	out.Status.Credentials = append([]UsedCredential(nil), in.Status.Credentials...)
	if in.Status.Instance != nil {
		instance := *in.Status.Instance
		out.Status.Instance = &instance
	}
}

// DeepCopy returns a copy.
func (in *InfusionsoftConnector) DeepCopy() *InfusionsoftConnector {
	out := new(InfusionsoftConnector)
	in.DeepCopyInto(out)
	return out
}

// DeepCopyObject implements runtime.Object.
func (in *InfusionsoftConnector) DeepCopyObject() runtime.Object { return in.DeepCopy() }

// DeepCopyObject implements runtime.Object.
func (in *InfusionsoftConnectorList) DeepCopyObject() runtime.Object {
	out := &InfusionsoftConnectorList{TypeMeta: in.TypeMeta}
	in.ListMeta.DeepCopyInto(&out.ListMeta)
	out.Items = make([]InfusionsoftConnector, len(in.Items))
	for i := range in.Items {
		in.Items[i].DeepCopyInto(&out.Items[i])
	}
	return out
}

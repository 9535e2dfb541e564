import { z } from 'zod';

const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
  env: z.array(z.looseObject({ name: z.string() })),
  envFrom: z.array(
    z.object({
      configMapRef: z.object({ name: z.string() }).optional(),
      secretRef: z.object({ name: z.string(), optional: z.boolean() }).optional(),
    }),
  ),
  readinessProbe: z.looseObject({ httpGet: z.object({ path: z.string(), port: z.string() }) }),
  livenessProbe: z.looseObject({ httpGet: z.object({ path: z.string(), port: z.string() }) }),
  resources: z.object({
    requests: z.record(z.string(), z.string()),
    limits: z.record(z.string(), z.string()),
  }),
  securityContext: z.record(z.string(), z.unknown()),
  volumeMounts: z
    .array(z.looseObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean() }))
    .default([]),
});

const selector = z.object({ matchLabels: z.record(z.string(), z.string()) });

/** What the tests look at in the Deployment. */
export const deploymentSchema = z.looseObject({
  metadata: z.looseObject({ namespace: z.string(), name: z.string() }),
  spec: z.looseObject({
    replicas: z.number(),
    selector,
    template: z.looseObject({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        serviceAccountName: z.string(),
        automountServiceAccountToken: z.boolean(),
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.record(z.string(), z.unknown()),
        containers: z.tuple([container]),
        volumes: z.array(z.looseObject({ name: z.string() })).default([]),
        topologySpreadConstraints: z
          .array(
            z.looseObject({
              topologyKey: z.string(),
              whenUnsatisfiable: z.string(),
              labelSelector: selector,
            }),
          )
          .default([]),
      }),
    }),
  }),
});

/** What the tests look at in the PodDisruptionBudget. */
export const budgetSchema = z.looseObject({
  spec: z.looseObject({
    maxUnavailable: z.number(),
    unhealthyPodEvictionPolicy: z.string(),
    selector,
  }),
});

/** What the tests look at in a Service. */
export const serviceSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()) }),
  spec: z.looseObject({
    selector: z.record(z.string(), z.string()),
    ports: z.array(z.looseObject({ name: z.string(), port: z.number(), targetPort: z.string() })),
  }),
});

/** What the tests look at in Ingresses. */
export const ingressSchema = z.looseObject({
  spec: z.looseObject({
    rules: z.array(
      z.looseObject({
        http: z.object({
          paths: z.array(
            z.looseObject({
              backend: z.object({ service: z.object({ port: z.object({ name: z.string() }) }) }),
            }),
          ),
        }),
      }),
    ),
  }),
});

/** What the tests look at in HTTPRoutes. */
export const routeSchema = z.looseObject({
  spec: z.looseObject({
    rules: z.array(z.looseObject({ backendRefs: z.array(z.looseObject({ port: z.number() })) })),
  }),
});

/** What the tests look at in the ConfigMap of the settings. */
export const configMapSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  data: z.record(z.string(), z.string()),
});

/** What the tests look at in roles and bindings. */
export const roleSchema = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
  rules: z.array(
    z.object({
      apiGroups: z.array(z.string()),
      resources: z.array(z.string()),
      resourceNames: z.array(z.string()).optional(),
      verbs: z.array(z.string()),
    }),
  ),
});

/** A RoleBinding or ClusterRoleBinding. */
export const bindingSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
  roleRef: z.looseObject({ kind: z.string(), name: z.string() }),
  subjects: z.array(z.object({ kind: z.string(), name: z.string(), namespace: z.string() })),
});

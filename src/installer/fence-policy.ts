import type { FenceProps, Manifest } from './fence';
import { HANDLER_LABEL_PREFIX, HANDLER_STATES, handlerLabel } from './handler-label';

/** Every refusal of the policies begins so: by it the agent knows that it was this fence that refused, and not another. */
export const FENCE_VOICE = 'the sandbox-runtimes agent';

const API = 'admissionregistration.k8s.io';
const NODE_NAME = 'authentication.kubernetes.io/node-name';

/**
 * What the agent may write at all, in its own namespace and among cluster-scoped objects.
 *
 * The policy looks at every write that its constraints match, whoever makes it, and the API server converts the
 * object before it evaluates the match condition. The namespace selector therefore leaves out all other namespaces
 * (Pods, Events, the kubelets' heartbeat Leases), where RBAC gives the agent nothing.
 */
export function agentPolicy({ clusterName, namespace, serviceAccount, handlers, slots, nodeLeasePrefix, startupTaint }: FenceProps): Manifest[] {
  const write = "request.operation in ['CREATE', 'UPDATE']";
  return [
    {
      apiVersion: `${API}/v1`,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: clusterName },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          matchPolicy: 'Equivalent',
          namespaceSelector: inNamespace(namespace),
          resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'], scope: '*' }],
        },
        matchConditions: onlyTheAgent(namespace, serviceAccount),
        variables: [
          { name: 'node', expression: `request.userInfo.?extra[?'${NODE_NAME}'][?0].orValue('')` },
          { name: 'keys', expression: list(handlers.map(handlerLabel)) },
          { name: 'name', expression: "request.?name.orValue('')" },
          {
            name: 'onNode',
            expression: "request.operation == 'UPDATE' && request.resource.group == '' && request.resource.resource == 'nodes' && request.?subResource.orValue('') == ''",
          },
          {
            name: 'isLease',
            expression: "request.resource.group == 'coordination.k8s.io' && request.resource.resource == 'leases'",
          },
          { name: 'isSlot', expression: `variables.isLease && variables.name in ${list(slots)}` },
          { name: 'onSlot', expression: `variables.isSlot && ${write}` },
          { name: 'onOwnLease', expression: `variables.isLease && ${write} && variables.name == '${nodeLeasePrefix}' + variables.node` },
          // Whether the slot's holder is really gone, the second policy says.
          { name: 'takesOver', expression: "variables.isSlot && request.operation == 'DELETE'" },
          { name: 'before', expression: "request.operation == 'UPDATE' ? dyn(oldObject) : dyn({})" },
        ],
        validations: [
          deny('variables.onNode || variables.onSlot || variables.onOwnLease || variables.takesOver',
            "may write only its node's labels, its node's Lease and the rollout slots, not ", "request.operation + ' ' + request.resource.resource + ' ' + variables.name"),
          deny("variables.node != ''",
            'acts only by the token of a Pod that runs on a node'),
          deny('!variables.onNode || object.metadata.name == variables.node',
            'of node ', 'variables.node', ' may not change node ', 'object.metadata.name'),
          startupTaint === undefined
            ? deny('!variables.onNode || object.spec == oldObject.spec', 'may not change the spec of a node')
            : deny(`!variables.onNode || object.spec == oldObject.spec || (${liftsOnly(startupTaint)})`,
              `may not change the spec of a node, but for lifting the taint ${startupTaint}`),
          deny(`!(variables.onNode || variables.onSlot || variables.onOwnLease) || (${same('annotations', '{}')} && ${same('finalizers', '[]')})`,
            'may not change annotations or finalizers'),
          deny(`!(variables.onNode || variables.onSlot) || ${same('ownerReferences', '[]')}`,
            'may not change the owners of a node or slot'),
          deny(`!(variables.onSlot || variables.onOwnLease) || ${same('labels', '{}')}`,
            'may not change the labels of a Lease'),
          ...nodeLabels(),
          ...leaseSpecs(),
        ],
      },
    },
    {
      apiVersion: `${API}/v1`,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: clusterName },
      spec: { policyName: clusterName, validationActions: ['Deny', 'Audit'] },
    },
  ];
}

/**
 * A slot may be taken from another node only when that node is gone. A policy cannot look up an object, but it can be
 * evaluated once for each object of a kind: every Node is a parameter, and none of them may be the slot's holder.
 * That costs something (linear in the nodes) only when a slot is deleted, which nothing but such a takeover does.
 */
export function slotTakeoverPolicy({ clusterName, namespace, serviceAccount, slots }: FenceProps): Manifest[] {
  const name = `${clusterName}-slots`;
  return [
    {
      apiVersion: `${API}/v1`,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        paramKind: { apiVersion: 'v1', kind: 'Node' },
        matchConstraints: {
          matchPolicy: 'Equivalent',
          namespaceSelector: inNamespace(namespace),
          resourceRules: [
            { apiGroups: ['coordination.k8s.io'], apiVersions: ['*'], operations: ['DELETE'], resources: ['leases'], resourceNames: [...slots], scope: '*' },
          ],
        },
        matchConditions: onlyTheAgent(namespace, serviceAccount),
        variables: [{ name: 'holder', expression: "oldObject.?spec.?holderIdentity.orValue('')" }],
        validations: [
          // Gives the agent something that must be refused whatever the slot's state is.
          deny('!request.?dryRun.orValue(false)', 'may not take over a slot in a dry run'),
          deny("variables.holder != ''", 'may not delete a free slot'),
          deny('params.metadata.name != variables.holder', 'may not take the slot of node ', 'variables.holder', ', which exists'),
        ],
      },
    },
    {
      apiVersion: `${API}/v1`,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, paramRef: { selector: {}, parameterNotFoundAction: 'Deny' }, validationActions: ['Deny', 'Audit'] },
    },
  ];
}

/**
 * Labels of the node: exactly the plan's keys take one of the three values. Other keys below our prefix may only go:
 * they are of handlers that the plan no longer has, and a label that is gone can only keep Pods away.
 */
function nodeLabels() {
  const after = 'object.metadata.?labels.orValue({})';
  const before = 'oldObject.metadata.?labels.orValue({})';
  return [
    deny(`!variables.onNode || ${after}.all(k, k in variables.keys || (k in ${before} && ${before}[k] == ${after}[k]))`,
      'may set no other label of a node than ', "variables.keys.join(', ')"),
    deny(`!variables.onNode || ${before}.all(k, k in ${after} || k.startsWith('${HANDLER_LABEL_PREFIX}'))`,
      `may remove no other label of a node than those below ${HANDLER_LABEL_PREFIX}`),
    deny(`!variables.onNode || variables.keys.all(k, !(k in ${after}) || ${after}[k] in ${list(HANDLER_STATES)})`,
      `may set its labels only to ${HANDLER_STATES.join(', ')}`),
  ];
}

/** The spec of a node loses this taint, whatever its effect, and nothing else is different. */
function liftsOnly(taint: string): string {
  const [after, before] = ['object.spec', 'oldObject.spec'];
  return `${after}.all(k, k == 'taints' || (k in ${before} && ${after}[k] == ${before}[k])) && ${before}.all(k, k == 'taints' || k in ${after}) && `
    + `${after}.?taints.orValue([]) == ${before}.?taints.orValue([]).filter(t, t.key != '${taint}')`;
}

/** Contents of Leases: a slot goes from free or own to own or free; the node's Lease belongs to the node. */
function leaseSpecs() {
  const holder = (of: string) => `${of}.?spec.?holderIdentity.orValue('')`;
  return [
    deny(`!variables.onSlot || [${holder('variables.before')}, ${holder('object')}].all(h, h in ['', variables.node])`,
      'may take a free slot for its own node and free its own, but not move one from "', holder('variables.before'), '" to "', holder('object'), '"'),
    deny("!(variables.onSlot || variables.onOwnLease) || object.?spec.orValue({}).all(k, k in ['holderIdentity', 'acquireTime'])",
      'may set only holderIdentity and acquireTime of a Lease'),
    deny("!variables.onOwnLease || (object.metadata.?ownerReferences.orValue([]).size() == 1 && object.metadata.ownerReferences.all(o, o.kind == 'Node' && o.name == variables.node))",
      "must make its node the one owner of its node's Lease"),
  ];
}

/** Metadata of the object as it was; of a new object, nothing. */
function same(field: string, absent: string): string {
  return `object.metadata.?${field}.orValue(${absent}) == variables.before.?metadata.?${field}.orValue(${absent})`;
}

/** A rule, and what it says to who breaks it: text and CEL expressions in turn. */
function deny(unless: string, ...because: string[]) {
  const parts = because.map((part, index) => index % 2 === 0 ? JSON.stringify(index === 0 ? `${FENCE_VOICE} ${part}` : part) : part);
  return { expression: unless, messageExpression: parts.join(' + '), reason: 'Forbidden' };
}

function onlyTheAgent(namespace: string, serviceAccount: string) {
  return [{ name: 'only-the-agent', expression: `request.userInfo.username == 'system:serviceaccount:${namespace}:${serviceAccount}'` }];
}

function inNamespace(namespace: string) {
  return { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
}

function list(values: readonly string[]): string {
  return `[${values.map((value) => `'${value}'`).join(', ')}]`;
}

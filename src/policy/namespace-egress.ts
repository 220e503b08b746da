/** Where the Pods of a namespace may open connections to. */
export enum NamespaceEgress {
  /** Nowhere. */
  NONE = 'NONE',
  /** To the cluster's DNS only. */
  DNS = 'DNS',
  /** To the cluster's DNS and to public addresses: not to private ones, and not to the metadata service of a cloud. */
  INTERNET = 'INTERNET',
  /** Everywhere, the metadata service of a cloud and its credentials included. */
  ALL = 'ALL',
}

/** Addresses that are not public: private, carrier's, this host's, link-local (with the metadata service), multicast, reserved. */
const NOT_PUBLIC = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16', '224.0.0.0/4', '240.0.0.0/4',
];
const NOT_PUBLIC_V6 = ['::1/128', 'fc00::/7', 'fe80::/10', 'ff00::/8'];

const DNS_RULE = {
  to: [{
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
    podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
  }],
  ports: [{ port: 53, protocol: 'UDP' }, { port: 53, protocol: 'TCP' }],
};

/** The rules of a NetworkPolicy; undefined where there is nothing to restrict. */
export function egressRules(egress: NamespaceEgress): object[] | undefined {
  switch (egress) {
    case NamespaceEgress.NONE:
      return [];
    case NamespaceEgress.DNS:
      return [DNS_RULE];
    case NamespaceEgress.INTERNET:
      return [DNS_RULE, { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: NOT_PUBLIC } }, { ipBlock: { cidr: '::/0', except: NOT_PUBLIC_V6 } }] }];
    case NamespaceEgress.ALL:
      return undefined;
  }
}

/** Who said no: an admission policy, RBAC, or some other part of admission (a webhook, a plugin). */
export type DeniedBy = 'policy' | 'rbac' | 'admission';

/** An answer of the API server that is not a success. */
export class KubeError extends Error {
  /** Set for status 403. */
  public readonly deniedBy?: DeniedBy;

  constructor(
    /** What was asked, e.g. `PATCH /api/v1/nodes/a`. */
    public readonly request: string,
    public readonly status: number,
    /** What the API server said. */
    public readonly answer: string,
  ) {
    const deniedBy = status === 403 ? whoDenied(answer) : undefined;
    super(`${explain(status, deniedBy)} ${request}: ${answer}`);
    this.name = 'KubeError';
    this.deniedBy = deniedBy;
  }
}

/** The object is not there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubeError && error.status === 404;
}

/** Somebody else was faster: the object exists already, or changed since it was read. */
export function isConflict(error: unknown): boolean {
  return error instanceof KubeError && error.status === 409;
}

function whoDenied(answer: string): DeniedBy {
  if (/ValidatingAdmissionPolicy '[^']*'/.test(answer)) return 'policy';
  return /User "[^"]*" cannot \S+ resource/.test(answer) ? 'rbac' : 'admission';
}

function explain(status: number, deniedBy?: DeniedBy): string {
  switch (deniedBy) {
    case 'policy': return 'an admission policy refuses';
    case 'rbac': return 'RBAC does not allow';
    case 'admission': return 'admission refuses';
  }
  switch (status) {
    case 401: return 'the API server does not accept the token for';
    case 404: return 'not found:';
    case 409: return 'somebody else was faster with';
    default: return `the API server answered ${status} to`;
  }
}

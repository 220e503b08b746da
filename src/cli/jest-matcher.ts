import { App, Chart } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { checkLineUp } from '../lineup/line-up';
import { chainTable } from '../lineup/report/chain-table';

/** What a test knows that its manifests do not show. */
export interface LineUpExpectation {
  /** RuntimeClasses that somebody else owns. */
  readonly external?: readonly string[];
  /** Handlers that nodes have from elsewhere. */
  readonly handlers?: readonly string[];
}

/**
 * `expect(chart).toLineUp()`: everything that has to say the same name says it, from the Pod to the node. Takes a chart
 * (whose whole app is looked at, because the links go from chart to chart), an app, or objects.
 */
export function toLineUp(received: unknown, { external, handlers }: LineUpExpectation = {}) {
  const { findings, chains } = checkLineUp(manifestsOf(received), { externalRuntimeClasses: external, externalHandlers: handlers });
  const errors = findings.filter(({ severity }) => severity === 'error');
  return {
    pass: errors.length === 0,
    message: () => (errors.length
      ? `expected everything to line up, but:\n\n${errors.map(({ rule, object, message }) => `  [${rule}] ${object}\n    ${message}`).join('\n')}`
      : `expected something not to line up, but all of it does:\n\n${chainTable(chains)}`),
  };
}

function manifestsOf(received: unknown): unknown[] {
  if (Array.isArray(received)) {
    return received;
  }
  if (Chart.isChart(received) || received instanceof App) {
    const root: IConstruct = received.node.root;
    return root.node.findAll().flatMap((construct) => (Chart.isChart(construct) ? construct.toJson() : []));
  }
  throw new Error('toLineUp takes a chart, an app or a list of objects (what Testing.synth returns)');
}

declare global {
  // eslint is told nothing else: this is how matchers are added to jest's own types.
  namespace jest {
    interface Matchers<R> {
      /** Everything that has to say the same name says it, from the Pod to the node. */
      toLineUp(expectation?: LineUpExpectation): R;
    }
  }
}

// Where a framework has no global expect ("injectGlobals: false", vitest), its own is given the matcher: expect.extend({ toLineUp }).
(globalThis as { expect?: jest.Expect }).expect?.extend({ toLineUp });

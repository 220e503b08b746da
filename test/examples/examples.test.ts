import { stringify } from 'yaml';
import { EXAMPLE_NAMES, synthesizeExample } from './synthesize-example';
import { walkTheChain } from './walk-the-chain';

/** The YAML without what nobody reads: the agent's bundle, and the hash that changes with it. */
function readable(objects: any[]): string {
  const edited: any[] = JSON.parse(JSON.stringify(objects), (key, value) => {
    if (key === 'agent.js') return '(the agent)';
    if (key === 'sandbox-runtimes/plan-hash') return '(hash of the ConfigMaps)';
    return value;
  });
  return edited.map((object) => stringify(object, { lineWidth: 150 })).join('---\n');
}

test('there is a quickstart', () => {
  expect(EXAMPLE_NAMES).toContain('quickstart');
});

describe.each(EXAMPLE_NAMES)('the example %s', (example) => {
  const objects = synthesizeExample(example);

  test('gives the YAML that was reviewed', () => {
    expect(readable(objects)).toMatchSnapshot();
  });

  test('leads every Pod to a handler, a shim and a configuration on the node', () => {
    const chains = walkTheChain(objects);
    expect(chains.length).toBeGreaterThan(0);
    expect(chains).toMatchSnapshot();
  });

  test('has no template braces, which Helm and others would read', () => {
    expect(JSON.stringify(objects)).not.toContain('{{');
  });
});

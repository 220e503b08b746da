import { unitPath } from '../../../agent/systemd/unit-path';

test.each([
  ['containerd.service', 'containerd_2eservice'],
  ['k3s-agent.service', 'k3s_2dagent_2eservice'],
  ['3proxy.service', '_33proxy_2eservice'],
  ['foo@bä.service', 'foo_40b_c3_a4_2eservice'],
  ['a_b.service', 'a_5fb_2eservice'],
  ['', '_'],
])('the unit "%s" has the path ".../%s"', (unit, path) => {
  expect(unitPath(unit)).toBe(`/org/freedesktop/systemd1/unit/${path}`);
});

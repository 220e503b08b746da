import { isLive, LIVE_COMMAND } from '../live-cluster';
import { describe } from '../manifest';
import { isNear } from '../near';
import type { Rule } from '../rule';

/** Pod -> RuntimeClass: the class that Pods ask for is there, or belongs to somebody else. */
export const classExists: Rule = {
  id: 'class-exists',
  *check({ sandboxed, named, classes, external, judgesUnknown }) {
    for (const name of new Set([...sandboxed.keys(), ...named.keys()])) {
      const [first, ...others] = [...sandboxed.get(name) ?? [], ...named.get(name) ?? []];
      if (classes.has(name) || external.has(name)) continue;
      const field = [...first.podPath, 'runtimeClassName'];
      if (!judgesUnknown) {
        // Classes may come from elsewhere; one that is a letter off from a class of this app hardly does.
        const meant = [...classes.keys()].find((known) => isNear(name, known));
        if (meant) yield { object: first.object, field, severity: 'warning', message: `runtimeClassName is "${name}", which nothing here defines; write "${meant}" if that is meant` };
        continue;
      }
      const users = others.length ? ` (and ${others.length} more: ${others.slice(0, 3).map(({ object }) => describe(object)).join(', ')}${others.length > 3 ? ', ...' : ''})` : '';
      if (!classes.size && !external.size && isLive(first.object)) {
        yield { object: first.object, field, message: `runtimeClassName is "${name}"${users}, but no RuntimeClass at all was read from the cluster; give what "${LIVE_COMMAND}" prints` };
        continue;
      }
      const known = [...classes.keys(), ...external].sort().join(', ') || 'none';
      yield {
        object: first.object,
        field,
        message: `runtimeClassName is "${name}"${users}, but there is no such RuntimeClass; known are: ${known}; `
          + 'write one of them, add the RuntimeClass, or declare it as external if somebody else owns it',
      };
    }
  },
};

import { HOST_LAYOUT } from '../../installer/host-layout';
import { AGENT_ENV, POD_LAYOUT } from '../../installer/pod-layout';
import type { Rule } from '../rule';

const AGENT = `${POD_LAYOUT.bundle}/agent.js`;
/** What may stand before a program: a wrapper with its own arguments, a setting of the shell; not another work of the agent. */
const WORDS = `((?!\\S*${AGENT})\\S+ ){0,20}`;
/** A program of the image by its name or path, with flags but those with which it runs no file. */
const NODE = `${WORDS}(/\\S+/)?node( --(?!(check|eval|help|print|test|version)\\b)\\S+)*`;
const SLEEP = 'sleep \\d+ & wait \\$!';
/** As src/installer/installer-pod.ts writes them; the lock of `install` is looked at by itself. */
const inLoop = (role: string, rest: string) => `${WORDS}(/\\S+/)?sh -c ${WORDS}trap 'exit 0' TERM; while :; do ${NODE} ${AGENT} ${role}; ${rest}; done`;
const COMMANDS: { readonly [role: string]: string } = {
  claim: `${NODE} ${AGENT} claim`,
  install: `${NODE} ${AGENT} install`,
  admit: inLoop('admit', `(${SLEEP}|n=\\d+; until \\[ \\$n = 0 \\]; do n=\\$\\(\\(n-1\\)\\); ${SLEEP}; \\[ ! -f ${POD_LAYOUT.news} \\] \\|\\| n=0; done)`),
  watch: inLoop('watch', SLEEP),
};
/** Nothing ends before the agent that the lock is on. */
const LOCKED = new RegExp(`(^|[ /])flock ${HOST_LAYOUT.lock} [^;&|]*$`);
/** Those that talk to the API server, where the plan has a gate. */
const ROLES_WITH_API = ['claim', 'admit'];
/** Where the agent has its node's name from; the plan's hash is the matter of a rule of its own. */
const NODE_NAME_FIELD = 'spec.nodeName';

/** An absolute path in a command line; what follows a scheme or an address is none. */
const ABSOLUTE_PATH = /(?<![^\s'"=])\/[\w./@+-]+/g;
/** Folders of programs in the image. */
const PROGRAMS = /^(\/usr(\/local)?)?\/s?bin\//;

/** Installer -> agent: the containers start the agent of the bundle, under the lock that all installers share. */
export const installerCommands: Rule = {
  id: 'installer-commands',
  *check({ installers }) {
    for (const { daemonSet: object, pod, bundle, plan } of installers) {
      const own = [AGENT, HOST_LAYOUT.lock, POD_LAYOUT.ready, POD_LAYOUT.news];
      const known = new Set([...own, ...[...bundle.keys()].map((file) => `${POD_LAYOUT.bundle}/${file}`)]);
      for (const { field, name, command, texts, fieldRefs, readiness } of pod.containers.filter((one) => Object.hasOwn(COMMANDS, one.name))) {
        for (const path of texts.join(' ').match(ABSOLUTE_PATH) ?? []) {
          if (!known.has(path) && !PROGRAMS.test(path)) {
            yield { object, field, message: `the container ${name} uses ${path}, which it does not have; the installer's own paths are ${[...known].join(', ')}` };
          }
        }
        if (!new RegExp(`^${COMMANDS[name]}$`).test(command)) {
          const loop = COMMANDS[name].includes('while') ? ' in the loop that was synthesized' : '';
          yield { object, field, message: `the container ${name} runs "${command}"; it has to run "node ${AGENT} ${name}"${loop}` };
        }
        const nodeName = fieldRefs.get(AGENT_ENV.nodeName);
        if (plan?.gate && ROLES_WITH_API.includes(name) && nodeName !== NODE_NAME_FIELD) {
          yield { object, field, message: `the container ${name} takes ${AGENT_ENV.nodeName} from ${nodeName ?? 'nowhere'}; write fieldPath: ${NODE_NAME_FIELD}` };
        }
        if (name === 'install' && !LOCKED.test(command)) {
          yield { object, field, message: `the container install runs "${command}" without the lock that all installers of a node share; begin with "flock ${HOST_LAYOUT.lock}"` };
        }
        if (name === 'admit' && !readiness.every((probe) => probe.includes(POD_LAYOUT.ready))) {
          yield { object, field, message: `the container admit has no readiness probe on ${POD_LAYOUT.ready}, or a startup probe on something else, so an update would go on over nodes that failed or never go on` };
        }
      }
    }
  },
};

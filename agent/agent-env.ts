import { AGENT_ENV } from '../src/installer/pod-layout';

/** A variable that the DaemonSet sets for the agent. */
export function agentEnv(name: keyof typeof AGENT_ENV, env: NodeJS.ProcessEnv = process.env): string {
  const value = env[AGENT_ENV[name]];
  if (!value) throw new Error(`the environment variable ${AGENT_ENV[name]} is not set; the agent runs only in the installer's DaemonSet`);
  return value;
}

/**
 * AppArmor profile of the installer's containers.
 *
 * @see https://kubernetes.io/docs/tutorials/security/apparmor/
 */
export class AppArmorProfile {
  /** The container runtime's default profile. */
  public static readonly RUNTIME_DEFAULT = new AppArmorProfile('RuntimeDefault');

  /** No profile. */
  public static readonly UNCONFINED = new AppArmorProfile('Unconfined');

  /**
   * A profile that is loaded on the node.
   *
   * @param profile name of the profile
   */
  public static localhost(profile: string): AppArmorProfile {
    if (profile === '') {
      throw new Error('the name of a local AppArmor profile is empty; name one that is loaded on the nodes, or use AppArmorProfile.RUNTIME_DEFAULT');
    }
    return new AppArmorProfile('Localhost', profile);
  }

  private constructor(
    /** As in `appArmorProfile.type` of a Pod: `RuntimeDefault`, `Unconfined` or `Localhost`. */
    public readonly type: string,
    /** Name of the profile, for `Localhost`. */
    public readonly localhostProfile?: string,
  ) {}

  /** @internal */
  public _manifest(): Record<string, string> {
    return { type: this.type, ...(this.localhostProfile ? { localhostProfile: this.localhostProfile } : {}) };
  }
}

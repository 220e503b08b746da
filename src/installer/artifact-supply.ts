/** How the nodes of one installer get at releases and images. */
export interface ArtifactSupply {
  /** URL that replaces the location of releases. Absent: their own. */
  readonly mirror?: string;
  /** Registry that has the images which the library names. Absent: their own. */
  readonly imageRegistry?: string;
  /** Whether an image with archives is mounted as it is. Absent: its archives are copied out of it. */
  readonly mountsImages?: boolean;
}

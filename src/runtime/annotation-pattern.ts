/** Whether a pattern of containerd's `pod_annotations` names an annotation: Go's path.Match, where `*` stops at a `/`. */
export function annotationMatches(pattern: string, annotation: string): boolean {
  return new RegExp(`^${annotationPatternSource(pattern)}$`).test(annotation);
}

/** The pattern as a regular expression of JavaScript and of Go. */
export function annotationPatternSource(pattern: string): string {
  return pattern.replace(/\[(\^?)([^\]]+)\]|[*?]|[^*?[]+|\[/g, (part, not: string | undefined, set: string | undefined) => {
    if (set !== undefined) return `[${not}${set.replace(/[\\\]^]/g, '\\$&')}]`;
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  });
}

/** Whether a pattern names more than one annotation. */
export function hasWildcard(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

export type Theme = 'light' | 'dark';

/** The notebook's theme: JupyterLab and Notebook, then VS Code, then marimo, then the system's. */
export function theme(): Theme {
  const body = document.body;
  const jupyter = body.dataset.jpThemeLight;
  if (jupyter) return jupyter === 'false' ? 'dark' : 'light';
  const code = body.dataset.vscodeThemeKind;
  if (code) return code.includes('dark') || code === 'vscode-high-contrast' ? 'dark' : 'light';
  if (body.classList.contains('dark') || document.documentElement.classList.contains('dark')) return 'dark';
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Calls back now and whenever the theme changes; returns how to stop. */
export function followTheme(listener: (theme: Theme) => void): () => void {
  let last: Theme | null = null;
  const look = () => {
    const now = theme();
    if (now !== last) listener((last = now));
  };
  const observer = new MutationObserver(look);
  for (const target of [document.body, document.documentElement])
    observer.observe(target, {
      attributes: true,
      attributeFilter: ['class', 'data-jp-theme-light', 'data-vscode-theme-kind'],
    });
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', look);
  look();
  return () => {
    observer.disconnect();
    system.removeEventListener('change', look);
  };
}

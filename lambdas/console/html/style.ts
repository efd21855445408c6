const light = `
--back:#fff;--card:#f7f8fa;--line:#d5dae1;--text:#16202c;--soft:#515c6b;--link:#0b57a4;
--danger:#b3261e;--danger-back:#fdeceb;--warn:#805300;--warn-back:#fdf3dc;--busy:#0b57a4;--busy-back:#e8f1fb;
--good:#1a6b34;--good-back:#e6f4ea;--quiet:#515c6b;--quiet-back:#eef0f3;--on:#fff;--overlap:#c9d8ea;--overlap-edge:#6a83a3;color-scheme:light;`;

const dark = `
--back:#121a24;--card:#1a2430;--line:#34414f;--text:#e8ecf1;--soft:#a9b6c4;--link:#7db8f7;
--danger:#ff9c94;--danger-back:#3a1d1c;--warn:#f3c262;--warn-back:#352a12;--busy:#7db8f7;--busy-back:#152a42;
--good:#74d495;--good-back:#14301f;--quiet:#a9b6c4;--quiet-back:#232e3b;--on:#101820;--overlap:#3a4f69;--overlap-edge:#7f95b0;color-scheme:dark;`;

/** The whole style of the console: constant, so that a page's Content-Security-Policy can name its hash. Nothing outside `.gcr` is touched. */
export const style = `
.gcr{${light}}
.gcr.dark{${dark}}
@media (prefers-color-scheme:dark){.gcr.page{${dark}}}
.gcr{background:var(--back);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;padding:20px;max-width:1080px;margin:0 auto;box-sizing:border-box;text-align:start;overflow-wrap:anywhere}
.gcr.page{background:none}
.gcr *{box-sizing:border-box}
.gcr h1{font-size:24px;line-height:1.25;margin:0;font-weight:650}
.gcr h2{font-size:17px;line-height:1.3;margin:0 0 10px;font-weight:650}
.gcr .top h2{margin:0}
.gcr h3{font-size:15px;margin:0 0 4px;font-weight:650}
.gcr *+h3{margin-top:12px}
.gcr p{margin:0 0 10px}
.gcr form{margin:12px 0 0}
.gcr section{margin:26px 0 0}
.gcr>section.card+section.card{margin-top:12px}
.gcr .soft{color:var(--soft)}
.gcr .small{font-size:13px}
.gcr code,.gcr .id{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:13px}
.gcr .top{display:flex;flex-wrap:wrap;align-items:center;gap:8px 14px;margin:0 0 4px}
.gcr .top .end{margin-inline-start:auto}
.gcr .deployment{display:flex;flex-wrap:wrap;gap:0 16px;margin:0 0 12px;padding:0 0 8px;border-bottom:1px solid var(--line);color:var(--soft);font-size:13px}
.gcr .deployment strong{color:var(--text)}
.gcr nav{margin:0 0 8px}
.gcr .jumps{display:flex;flex-wrap:wrap;gap:4px 18px;list-style:none;margin:8px 0 0;padding:0;font-size:14px}
.gcr .help{font-size:13px}
.gcr .after{margin:10px 0 0}
.gcr .command{display:block;margin:6px 0 0;padding:8px 10px;border:1px solid var(--line);border-radius:8px;background:var(--back);user-select:all}
.gcr .next li{margin:0 0 10px}
.gcr .plain.failed li{padding:8px 0 12px}
.gcr .plain.failed li+li{border-top:1px solid var(--line)}
.gcr .failed p{margin:0 0 6px}
.gcr .link{color:var(--link);text-decoration:underline;text-underline-offset:2px;background:none;border:0;padding:0;margin:0;font:inherit;cursor:pointer;text-align:start}
.gcr .link:hover{text-decoration-thickness:2px}
.gcr :focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
.gcr .button,.gcr .primary,.gcr .emergency,.gcr .emergency-open{display:inline-flex;align-items:center;justify-content:center;font:inherit;font-weight:600;line-height:1.3;padding:8px 14px;border-radius:8px;border:1px solid var(--line);background:var(--card);color:var(--text);cursor:pointer;text-decoration:none;min-height:40px}
.gcr .button:hover{border-color:var(--soft)}
.gcr .primary{background:var(--busy);border-color:var(--busy);color:var(--on)}
.gcr .emergency{background:var(--danger);border-color:var(--danger);color:var(--on)}
.gcr .emergency-open{background:none;border-color:var(--danger);color:var(--danger)}
.gcr td .emergency-open,.gcr td .button{padding:4px 10px;min-height:0;font-size:13px;white-space:nowrap}
.gcr .emergency-open:hover{background:var(--danger-back)}
.gcr .buttons{display:flex;flex-wrap:wrap;gap:10px;margin:12px 0 0}
.gcr .badge{display:inline-flex;align-items:center;gap:6px;font-weight:600;font-size:13px;line-height:1.3;padding:3px 10px 3px 7px;border-radius:999px;white-space:nowrap}
.gcr .badge svg{flex:none}
.gcr .danger{color:var(--danger);background:var(--danger-back)}
.gcr .warn{color:var(--warn);background:var(--warn-back)}
.gcr .busy{color:var(--busy);background:var(--busy-back)}
.gcr .good{color:var(--good);background:var(--good-back)}
.gcr .quiet{color:var(--quiet);background:var(--quiet-back)}
.gcr .chips{display:flex;flex-wrap:wrap;gap:8px;list-style:none;margin:12px 0;padding:0}
.gcr .chips .link{text-decoration:none}
.gcr .chips .chosen .badge{outline:2px solid currentColor}
.gcr .search{display:flex;flex-wrap:wrap;gap:8px;align-items:end;margin:0 0 14px}
.gcr label{display:block;font-weight:600;font-size:14px}
.gcr input[type=text],.gcr input[type=search],.gcr select{display:block;font:inherit;color:var(--text);background:var(--back);border:1px solid var(--soft);border-radius:8px;padding:8px 10px;min-height:40px;width:100%;max-width:420px;margin:2px 0 10px}
.gcr .search input{margin:2px 0 0}
.gcr table{border-collapse:collapse;width:100%;font-size:14px;background:none}
.gcr caption{text-align:start;color:var(--soft);font-size:13px;padding:0 0 6px}
.gcr th,.gcr td{text-align:start;vertical-align:top;padding:9px 10px 9px 0;border:0;border-bottom:1px solid var(--line);background:none}
.gcr thead th{font-size:12.5px;font-weight:600;color:var(--soft)}
.gcr tbody th{font-weight:600;min-width:9em}
.gcr tbody th .soft{font-weight:400}
.gcr td{min-width:5.5em}
.gcr td[data-label=Do]{min-width:8em}
.gcr td[data-label=Owner],.gcr td[data-label=Who],.gcr td[data-label=To],.gcr td[data-label="Holds it up"]{min-width:12.5em}
.gcr td[data-label=Rotation]{min-width:12em}
.gcr .card{border:1px solid var(--line);border-radius:12px;background:var(--card);padding:16px 18px}
.gcr .card.warn,.gcr .card.danger,.gcr .card.good,.gcr .card.busy{color:var(--text)}
.gcr .card.danger{border-color:var(--danger);background:var(--danger-back)}
.gcr .card.warn{border-color:var(--warn);background:var(--warn-back)}
.gcr .card.good{border-color:var(--good);background:var(--good-back)}
.gcr .columns{margin:12px 0 0;display:grid;grid-template-columns:repeat(auto-fit,minmax(270px,1fr));gap:16px}
.gcr .steps{display:flex;list-style:none;margin:12px 0 6px;padding:0;gap:6px}
.gcr .steps li{flex:1;border-top:5px solid var(--line);padding-top:6px;color:var(--soft);font-size:14px}
.gcr .steps .done{border-color:var(--good);color:var(--good)}
.gcr .steps .partly{border-color:var(--warn);color:var(--warn)}
.gcr .steps .now{border-color:var(--busy);color:var(--busy);font-weight:650}
.gcr .columns section{margin:0}
.gcr cwdb-action{display:none}
.gcr .plain{list-style:none;margin:0;padding:0}
.gcr .plain li{padding:3px 0}
.gcr .when{color:var(--soft)}
.gcr .when .from,.gcr .when .day{white-space:nowrap}
.gcr td>.when .at,.gcr .ahead .when .at{display:block;font-size:12.5px}
.gcr td>.when .then,.gcr .ahead .when .then{display:none}
.gcr .ahead li{display:grid;grid-template-columns:11.5em 1fr}
.gcr details{margin:10px 0 0}
.gcr th details{margin:0}
.gcr summary{cursor:pointer;color:var(--link)}
.gcr dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 14px;margin:0}
.gcr dt{color:var(--soft)}
.gcr dd{margin:0}
.gcr .picture{display:block;width:100%;overflow:visible;font-size:12px}
.gcr .picture text{fill:var(--text);font-family:inherit}
.gcr .picture .t-soft{fill:var(--soft)}
.gcr .picture .t-danger{fill:var(--danger);font-weight:600}
.gcr .picture .t-id{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.gcr .p-line{stroke:var(--line);stroke-width:1}
.gcr .p-now{stroke:var(--text);stroke-width:1.5}
.gcr .p-danger{stroke:var(--danger);stroke-width:2}
.gcr .p-overlap{fill:var(--overlap);stroke:var(--overlap-edge);stroke-width:1}
.gcr .p-current{fill:var(--good)}
.gcr .p-new{fill:var(--busy)}
.gcr .p-old{fill:var(--soft)}
.gcr .p-doomed{fill:var(--danger)}
.gcr .p-waiting{fill:none;stroke:var(--soft);stroke-width:1.5;stroke-dasharray:4 3}
.gcr .p-track{fill:var(--quiet-back)}
.gcr .p-ring{fill:var(--back);stroke:var(--text);stroke-width:2}
.gcr .legend{display:flex;flex-wrap:wrap;gap:4px 16px;list-style:none;margin:8px 0 0;padding:0;font-size:13px;color:var(--soft)}
.gcr .legend svg{vertical-align:-2px;margin-inline-end:5px}
.gcr .pages{display:flex;gap:16px;align-items:center;margin:12px 0 0;font-size:14px}
.gcr .hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:640px){
.gcr{padding:14px;font-size:16px}
.gcr .stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.gcr .stack,.gcr .stack tbody,.gcr .stack tr,.gcr .stack th,.gcr .stack td,.gcr .stack caption{display:block;width:100%}
.gcr .stack tr{border:1px solid var(--line);border-radius:12px;background:var(--card);padding:10px 14px;margin:0 0 10px}
.gcr .stack th,.gcr .stack td{border:0;padding:3px 0;min-width:0}
.gcr .stack td[data-label]::before{content:attr(data-label);display:block;font-size:12.5px;color:var(--soft)}
.gcr .stack td:empty{display:none}
.gcr .buttons>*{flex:1 1 44%;text-align:center}
.gcr .steps li{font-size:13px;white-space:nowrap}
.gcr .steps .partly{white-space:normal}
.gcr .top .end{margin:4px 0 0;width:100%;text-align:center}
.gcr dl,.gcr .ahead li{grid-template-columns:1fr}
.gcr dd{margin:0 0 6px}
}
@media (prefers-reduced-motion:no-preference){.gcr .button,.gcr .emergency-open{transition:background .12s,border-color .12s}}
`;

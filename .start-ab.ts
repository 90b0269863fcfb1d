const { startCluster } = await import(process.argv[2] + "/src/cluster/mod.ts");
const times=[], cpus=[];
for (let i=0;i<15;i++){ const c0=process.cpuUsage(); const t=performance.now(); const c=await startCluster(); times.push(performance.now()-t); const d=process.cpuUsage(c0); cpus.push((d.user+d.system)/1000); await c[Symbol.asyncDispose](); }
const med=a=>a.slice(3).sort((x,y)=>x-y)[6].toFixed(1);
console.log(process.argv[2], "wall median", med(times), "cpu median", med(cpus));

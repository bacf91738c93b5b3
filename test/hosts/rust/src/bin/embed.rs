use serde_json::Value;
use wasmtime::component::{Component, Linker, bindgen};
use wasmtime::{Engine, Store};

// of wit/policy.wit: types, and a method for each function
bindgen!("policy");
use exports::wrun::policy::cgroups::{Facts, Features, Hierarchy, Memory, Reach, Resources, Version};

fn read(path: &str) -> Value {
    let text = std::fs::read_to_string(path).expect(path);
    serde_json::from_str(&text).expect(path)
}

fn text(json: &Value) -> String {
    json.as_str().unwrap_or_default().into()
}

fn texts(json: &Value) -> Vec<String> {
    json.as_array().into_iter().flatten().map(text).collect()
}

fn hierarchy(json: &Value) -> Hierarchy {
    Hierarchy {
        unified: json["unified"] == true,
        controllers: texts(&json["controllers"]),
        mount: text(&json["mount"]),
        own: text(&json["own"]),
        name: text(&json["name"]),
        writable: match json["writable"].as_str() {
            Some("root") => Reach::Root,
            Some("own") => Reach::Own,
            _ => Reach::None,
        },
    }
}

fn host(facts: &Value) -> Facts {
    let (cgroup, features) = (&facts["cgroup"], &facts["cgroup"]["features"]);
    Facts {
        version: match cgroup["version"].as_str() {
            Some("v1") => Version::V1,
            Some("v2") => Version::V2,
            Some("hybrid") => Version::Hybrid,
            _ => Version::None,
        },
        hierarchies: cgroup["hierarchies"].as_array().into_iter().flatten().map(hierarchy).collect(),
        swap: cgroup["swap"] == true,
        features: Features {
            bfq: features["bfq"] == true,
            cfq: features["cfq"] == true,
            iocost: features["iocost"] == true,
            realtime: features["realtime"] == true,
            kernel_memory: features["kernelMemory"] == true,
            kernel_tcp: features["kernelTcp"] == true,
            hugepage_sizes: texts(&features["hugepageSizes"]),
            rdma_devices: texts(&features["rdmaDevices"]),
        },
        cpus: facts["cpus"].as_u64().unwrap_or(1) as u32,
        total_memory: facts["memory_bytes"].as_u64().unwrap_or(0),
        privileged: facts["user"]["uid"] == 0 && facts["userNamespaces"]["initial"] == true,
    }
}

fn main() -> wasmtime::Result<()> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let engine = Engine::default();
    let component = Component::from_file(&engine, &files[0])?;
    let mut store = Store::new(&engine, ());
    let policy = Policy::instantiate(&mut store, &component, &Linker::new(&engine))?;
    let host = host(&read(&files[1])["facts"]);

    let config = read(&files[2]);
    let asked = &config["linux"]["resources"]["memory"];
    let memory = Memory {
        limit: asked["limit"].as_i64(),
        swap: asked["swap"].as_i64(),
        reservation: asked["reservation"].as_i64(),
        kernel: None,
        kernel_tcp: None,
        swappiness: None,
        disable_oom_killer: None,
        use_hierarchy: None,
        check_before_update: None,
    };
    let resources = Resources {
        memory: Some(memory),
        cpu: None,
        pids: None,
        block_io: None,
        hugepage_limits: None,
        network: None,
        rdma: None,
        unified: None,
        formulas: None,
    };
    match policy.wrun_policy_cgroups().call_decide(&mut store, &resources, "", "web", &host)? {
        Ok(plan) => {
            for place in plan.places {
                println!("in {}", place.path);
            }
            for write in plan.writes {
                println!("{} = {} ({})", write.file, write.value, write.why.rule);
            }
        }
        Err(problems) => {
            for problem in problems {
                println!("{}: {}", problem.pointer, problem.message);
            }
        }
    }
    Ok(())
}

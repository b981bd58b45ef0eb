"""A small instance in which everything occurs once."""

FILES = {
    "instance.toml": """\
title = "Small"
description = "Everything once."

[horizon]
first = 2030
last = 2034
step = 2

[finance]
price_year = 2025
payments = "end"

[bodies.earth]
users = true
supplies = ["complex", "structural", "propellant"]

[bodies.moon]

[units]
rack = "120 kW"
""",
    "sites.csv": "site,body,note\ntexas,earth,\nmare,moon,\nrim,moon,\n",
    "slices.csv": "slice,body,cycle,note\nday,earth,,\nnight,earth,,\nlunar_day,moon,,\nlunar_night,moon,,\n",
    "technologies.csv": """\
technology,block,at,makes,note
gpu,compute,earth moon,,
laser,link,moon,,
gas,power,earth,,
pv,power,texas moon,,
battery,storage,moon,,
rocket,launch,texas,,
smelter,industry,moon,structural,
digger,helium3,mare,,
""",
    "workloads.csv": "workload,kind,note\ntraining,flexible,\nchat,firm,\n",
    "tiers.csv": "tier,workload,note\nurgent,chat,\nidle,chat,\n",
    "routes.csv": "route,carrier,origin,destination,goods,refuel,note\nup,rocket,texas,moon,complex structural,,\n",
    "deposits.csv": "deposit,site,note\nbasin,mare,\n",
    "markets.csv": "market,body,side,note\nlab,earth,buy,\n",
    "survival.csv": "technology,age,share,source,note\ngpu,0,1,assumption,\ngpu,4,0.9,assumption,\n",
    "prices.csv": "year,index,source,note\n2020,100,BLS,\n2025,125,BLS,\n",
    "limits.csv": """\
limit,quantity,item,at,over,bound,unit,value,source,first_year,last_year,2030,2034
ceiling,compute.in_service,,earth,year,upper,TW,1,claim,,,,
floor,power.output,pv,moon,year,lower,GW,,assumption,2032,,0,4
fuel,helium3.mined,basin,moon,horizon,upper,kg,1000,assumption,,,,
""",
    "parameters/time.csv": """\
item,parameter,unit,value,source
day,share,1,0.5,derived: half
night,share,%,50,derived: half
lunar_day,share,1,0.5,derived: half
lunar_night,share,1,0.5,derived: half
day,hours,h,12,derived: half
night,hours,h,12,derived: half
lunar_day,hours,h,354,NASA
lunar_night,hours,day,14.75,NASA
""",
    "parameters/finance.csv": "parameter,unit,value,low,high,source\ndiscount_rate,%/yr,7,5,*2,assumption\n",
    "parameters/compute.csv": """\
item,at,parameter,unit,value,low,high,source,note,2030,2034
gpu,,capex,USD2020/kW,20000,*0.5,*2,"Epoch, 2024",,,
gpu,moon,capex,USD/W,30,,,assumption,,,
gpu,,lifetime,yr,5,,,assumption,,,
gpu,,performance,ZFLOP/s/GW,,*0.5,*2,Epoch,,2,6
gpu,mare/lunar_night,availability,%,80,,,assumption,,,
,earth,overhead,1,1.2,,,assumption,,,
,moon,overhead,1,1.1,,,assumption,,,
training,,demand,ZFLOP/s,,,,Epoch,"two
lines",1,9
chat,,demand,EFLOP/s,500,,,Epoch,,,
urgent,,share,%,30,,,assumption,,,
idle,,share,%,70,,,assumption,,,
urgent,,value,USD/yr/(EFLOP/s),1e6,,,assumption,,,
""",
    "parameters/link.csv": """\
item,at,parameter,unit,value,source
laser,,capex,MUSD/(Tbit/s),50,assumption
laser,,lifetime,yr,10,assumption
""",
    "parameters/power.csv": """\
item,at,parameter,unit,value,low,high,source,note,2030,2034
,,lifetime,yr,30,,,assumption,,,
gas,,capex,USD/kW,1000,800,1200,NREL,,,
gas,,fuel_use,1,2,,,NREL,,,
gas,,fuel_price,USD/MMBtu,4,,,EIA,,,
gas,,existing,MW,,,,EIA,,500,100
gas,,growth,%/yr,20,,,assumption,,,
gas,,seed,GW,1,,,assumption,,,
pv,,capex,USD/kW,,,,NREL,,900,700
pv,moon,capex,USD/kW,9000,,,assumption,,,
pv,,availability,1,1,,,derived: sun,,,
pv,night,availability,1,0,,,derived: sun,,,
pv,lunar_night,availability,1,0,,,derived: sun,,,
pv,,first_year,yr,2031,,,assumption,,,
pv,,last_year,yr,2040,,,assumption,,,
""",
    "parameters/storage.csv": """\
item,at,parameter,unit,value,source
battery,,capex,USD/kWh,200,NREL
battery,,lifetime,yr,15,NREL
battery,,charge_time,h,4,NREL
battery,,discharge_time,h,4,NREL
""",
    "parameters/launch.csv": """\
item,at,parameter,unit,value,source
rocket,,capex,USD/(kg/yr),10,assumption
rocket,,lifetime,yr,10,assumption
rocket,,price,USD/kg,500,assumption
up,,burden,1,9,assumption
""",
    "parameters/industry.csv": """\
item,at,parameter,unit,value,source
smelter,,capex,GUSD/(kt/yr),1,assumption
smelter,,lifetime,yr,20,assumption
""",
    "parameters/helium3.csv": """\
item,at,parameter,unit,value,source
digger,,capex,USD/(t/yr),100,assumption
digger,,lifetime,yr,10,assumption
digger,,recovery,%,60,assumption
basin,,tonnage,Gt,1,assumption
basin,,grade,ppb,10,Apollo
lab,,price,MUSD/kg,20,DOE
lab,,size,kg/yr,8,DOE
""",
    "scenarios/cheap.toml": """\
title = "Cheap launch"
[set]
"launch.rocket.price" = "200 USD/kg"
[scale]
"power.pv.capex" = 0.5
[shift]
"compute.training.demand" = "1000 EFLOP/s"
""",
    "scenarios/long.toml": 'extends = "cheap"\n[horizon]\nlast = 2036\n',
}

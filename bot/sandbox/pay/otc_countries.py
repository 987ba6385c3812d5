"""Countries of bank/country/list: id, name, Chinese name; the ids of the documented samples, and more of the kind."""

COUNTRIES = {
    int(number): (name, chinese)
    for number, name, chinese in (
        line.split("|")
        for line in """260|Afghanistan|阿富汗
3|Albania|阿尔巴尼亚
4|Algeria|阿尔及利亚
5|Andorra|安道尔
6|Angola|安哥拉
8|Argentina|阿根廷
9|Armenia|亚美尼亚
11|Australia|澳大利亚
12|Austria|奥地利
13|Azerbaijan|阿塞拜疆
15|Bahrain|巴林
16|Bangladesh|孟加拉国
18|Belgium|比利时
23|Bolivia|玻利维亚
24|Bosnia and Herzegovina|波斯尼亚和黑塞哥维那
26|Brazil|巴西
29|Bulgaria|保加利亚
32|Cambodia|柬埔寨
37|Chile|智利
39|Colombia|哥伦比亚
43|Costa Rica|哥斯达黎加
44|Côte d'Ivoire|科特迪瓦
45|Croatia|克罗地亚
46|Curaçao|库拉索
47|Cyprus|塞浦路斯
48|Czechia|捷克
49|Denmark|丹麦
52|Dominican Republic|多米尼加共和国
53|Ecuador|厄瓜多尔
54|Egypt|埃及
58|Estonia|爱沙尼亚
63|Finland|芬兰
64|France|法国
69|Georgia|格鲁吉亚
70|Germany|德国
71|Ghana|加纳
73|Greece|希腊
84|Hong Kong SAR, China|中国香港
85|Hungary|匈牙利
86|Iceland|冰岛
87|India|印度
88|Indonesia|印度尼西亚
91|Ireland|爱尔兰
92|Israel|以色列
93|Italy|意大利
95|Japan|日本
96|Jordan|约旦
97|Kazakhstan|哈萨克斯坦
98|Kenya|肯尼亚
100|Kuwait|科威特
103|Latvia|拉脱维亚
109|Liechtenstein|列支敦士登
110|Lithuania|立陶宛
111|Luxembourg|卢森堡
112|Macao SAR, China|中国澳门
116|Malaysia|马来西亚
119|Malta|马耳他
124|Mexico|墨西哥
126|Monaco|摩纳哥
127|Mongolia|蒙古
129|Morocco|摩洛哥
136|Netherlands|荷兰
139|New Zealand|新西兰
142|Nigeria|尼日利亚
146|Norway|挪威
148|Pakistan|巴基斯坦
151|Panama|巴拿马
154|Peru|秘鲁
155|Philippines|菲律宾
156|Poland|波兰
157|Portugal|葡萄牙
159|Qatar|卡塔尔
160|Réunion|留尼汪
161|Romania|罗马尼亚
171|São Tomé and Príncipe|圣多美和普林西比
172|Saudi Arabia|沙特阿拉伯
174|Serbia|塞尔维亚
177|Singapore|新加坡
178|Slovakia|斯洛伐克
179|Slovenia|斯洛文尼亚
182|South Africa|南非
183|South Korea|韩国
184|Spain|西班牙
190|Sweden|瑞典
191|Switzerland|瑞士
193|Taiwan, China|中国台湾
196|Thailand|泰国
202|Tunisia|突尼斯
203|Türkiye|土耳其
208|Ukraine|乌克兰
209|United Arab Emirates|阿拉伯联合酋长国
210|United Kingdom|英国
213|Uruguay|乌拉圭
217|Vietnam|越南""".splitlines()
    )
}
